"""`%daypass warehouse 1h because …` in IPython and Jupyter."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from daypass.databases import leased
from daypass.errors import DaypassError
from daypass.grants import Wish
from daypass.inputs import read_inputs, take_inputs

_LINE = re.compile(
    r"(?P<what>[\w.-]+)(?:\s+(?:for\s+)?(?P<duration>[0-9].*?))?(?:\s+because\s+(?P<why>.+))?", re.IGNORECASE
)
USAGE = "Write it like: %daypass warehouse 1h because the nightly features look wrong"


@dataclass(frozen=True)
class Asked:
    """What a line asks for."""

    entitlement: str
    duration: str | None
    because: str | None
    inputs: Mapping[str, str] = field(default_factory=dict)


def read_line(line: str) -> Asked:
    """Read what stands behind `%daypass`. Raises DaypassError."""
    words = line.split()
    reason = next((n for n, word in enumerate(words) if word.casefold() == "because"), len(words))
    given, others = take_inputs(words[:reason])
    found = _LINE.fullmatch(" ".join([*others, *words[reason:]]))
    if found is None:
        raise DaypassError(USAGE)
    duration = found["duration"] and found["duration"].strip()
    return Asked(found["what"], duration, found["why"], read_inputs(given))


def load(shell: Any) -> None:
    """Add `%daypass` to the shell."""
    from IPython.core.magic import no_var_expand

    @no_var_expand
    def daypass(line: str) -> Any:
        """Get access: %daypass warehouse 1h because the nightly features look wrong

        Gives an engine of SQLAlchemy's, and keeps it under the entitlement's name. What you have already is used;
        otherwise it is requested and waited for. Give it back with `.dispose()`, or by ending the notebook's kernel.
        """
        return _get(shell, read_line(line))

    shell.register_magic_function(daypass, "line", "daypass")


def _get(shell: Any, asked: Asked) -> Any:
    lease = leased(Wish(asked.entitlement, asked.duration, asked.because, inputs=asked.inputs))
    login = lease.login()
    got: Any = login if login.url is None else lease.engine({})
    name = re.sub(r"\W", "_", asked.entitlement)
    before = shell.user_ns.get(name)
    if before is None or type(before) is type(got):
        shell.user_ns[name] = got
        lease.tell(f"It is in the variable {name}.")
    return got
