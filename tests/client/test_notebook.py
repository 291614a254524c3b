"""Daypass in a real Jupyter kernel: one statement and an approval, progress in the cell, a denial as its sentence."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from jupyter_client.manager import KernelManager

from tests.client.double import CONNECT, SECRET

PATIENCE = 60
ASK = "%daypass warehouse 1h because the nightly features look wrong"


@dataclass
class Ran:
    """What came of a cell: the value of its last line, what was shown under it in the end, and its fault."""

    value: str = ""
    shown: dict[str, str] = field(default_factory=dict)
    printed: str = ""
    fault: str = ""
    traceback: str = ""


Cell = Callable[[str], Ran]


def run_cell(client: Any, code: str) -> Ran:
    """Run the code as a notebook does."""
    ran = Ran()

    def heard(message: dict[str, Any]) -> None:
        content = message["content"]
        match message["msg_type"]:
            case "execute_result":
                ran.value = content["data"]["text/plain"]
            case "display_data" | "update_display_data":
                ran.shown[content["transient"]["display_id"]] = content["data"]["text/plain"]
            case "stream":
                ran.printed += content["text"]
            case "error":
                ran.fault, ran.traceback = content["ename"], "\n".join(content["traceback"])

    client.execute_interactive(code, timeout=PATIENCE, output_hook=heard)
    return ran


@pytest.fixture
def kernel(home: dict[str, str]) -> Iterator[Cell]:
    with started({**home, "IPYTHONDIR": home["HOME"]}) as cell:
        yield cell


class started:
    """A kernel in this environment, for as long as the block lasts."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._manager = KernelManager()
        self._manager.start_kernel(env={**environment, "PYTHONPATH": os.pathsep.join(sys.path)})
        self._client = self._manager.client()

    def __enter__(self) -> Cell:
        self._client.start_channels()
        self._client.wait_for_ready(timeout=PATIENCE)
        return lambda code: run_cell(self._client, code)

    def __exit__(self, *error: object) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel()
        self._manager.cleanup_resources()


class TestTheMagic:
    def test_gives_an_engine_under_the_entitlements_name(self, double, kernel, tmp_path):
        double.connect = {**CONNECT, "url": f"sqlite:///{tmp_path}/<username>.db"}
        assert kernel("%load_ext daypass").fault == ""
        ran = kernel(ASK)
        assert ran.fault == "", ran.traceback
        assert ran.value.startswith("Engine(sqlite")
        (shown,) = ran.shown.values()
        assert "warehouse works until" in shown
        assert "It is in the variable warehouse." in shown
        assert SECRET["password"] not in f"{ran}"
        answer = kernel(
            "from sqlalchemy import text\nwarehouse.connect().execute(text('SELECT 41 + 1')).scalar()"
        )
        assert answer.value == "42", answer.traceback

    def test_that_is_denied_shows_the_approvers_reason_and_no_traceback(self, double, kernel):
        double.decides = "denied"
        kernel("%load_ext daypass")
        ran = kernel(ASK)
        assert ran.fault == "Denied"
        assert ran.traceback == "Denied: Grace Hopper denied your request for warehouse: not before the sale"

    def test_does_not_fill_in_variables_of_the_notebook(self, double, kernel):
        kernel("%load_ext daypass\nname = 'x'")
        kernel("%daypass warehouse 1h because {name} costs $5")
        assert double.calls("POST", "/requests")[0]["justification"] == "{name} costs $5"


def test_access_is_given_back_when_the_kernel_ends(double, home, tmp_path):
    double.connect = {**CONNECT, "url": f"sqlite:///{tmp_path}/<username>.db"}
    with started({**home, "IPYTHONDIR": home["HOME"]}) as cell:
        cell("%load_ext daypass")
        assert cell(ASK).fault == ""
        assert double.calls("POST", "/give-back") == []
    assert len(double.calls("POST", "/give-back")) == 1
