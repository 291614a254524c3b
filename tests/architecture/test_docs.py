"""What the docs name exists, and their samples are valid; `make check` runs this, and `make docs` checks anchors."""

import ast
import configparser
import json
import re
import shlex
import subprocess

import pytest
import typer
import yaml

from bot.cli.commands import app
from bot.settings import Settings
from daypass.settings import NAMES
from tests.architecture.docs import PAGES, ROOT, Sample, broken_links, missing_files, samples
from tests.architecture.log_events import MEANINGS, actions, events_page
from tests.architecture.log_events import PAGE as EVENTS_PAGE
from tests.architecture.policy_fields import FILES, PAGE, field_names, fields_page
from tests.architecture.proof_page import PAGE as PROOF_PAGE
from tests.architecture.proof_page import proof_page
from workflows.policy.engines import ENGINES

SAMPLES = list(samples())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
class TestAPage:
    def test_names_only_files_that_exist(self, page):
        assert missing_files(page) == []

    def test_links_only_to_what_exists(self, page):
        assert broken_links(page) == []

    def test_names_only_make_targets_that_exist(self, page):
        targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
        assert set(re.findall(r"`(?:\w+=\S+ )?make ([a-z-]+)", page.read_text())) - targets == set()

    def test_shows_only_settings_that_exist(self, page):
        known = {*(name.upper() for name in Settings.model_fields), *NAMES, *OUTSIDE}
        assert set(re.findall(r"\bDAYPASS_[A-Z_]+[A-Z]\b", page.read_text())) - known == set()


OUTSIDE = {"DAYPASS_CIDRS"}
"""Read by examples/vault/apply.sh."""


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_a_sample_is_valid(sample: Sample):
    match sample.language:
        case "python":
            ast.parse(sample.code)
        case "yaml":
            assert yaml.safe_load(sample.code)
        case "json":
            json.loads(sample.code)
        case "ini":
            configparser.ConfigParser(strict=False).read_string(sample.code.replace("%", "%%"))
        case "sh":
            subprocess.run(["sh", "-n"], input=sample.code, text=True, check=True)
            for line in sample.code.replace("\\\n", " ").splitlines():
                check_command(line)


def check_command(line: str) -> None:
    """Parse a command of `daypass` as the command line would."""
    words = shlex.split(re.sub(r"\$\(|\)$", " ", line), comments=True)
    if "daypass" not in words or words[0] in ("docker", "bao", "vault"):
        return
    arguments = words[words.index("daypass") + 1 :]
    if "--" in arguments:
        arguments = arguments[: arguments.index("--")]
    command = typer.main.get_command(app)
    while hasattr(command, "commands") and arguments:
        assert arguments[0] in command.commands, f"there is no command {arguments[0]}: {line}"
        command, arguments = command.commands[arguments[0]], arguments[1:]
    options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    used = {one.partition("=")[0] for one in arguments if one.startswith("--")}
    assert used <= options, f"there is no option {used - options}: {line}"


class TestTheReference:
    def test_readme_lists_every_setting(self):
        listed = set(re.findall(r"`([A-Z][A-Z_]+)`", (ROOT / "README.md").read_text()))
        assert {name.upper() for name in Settings.model_fields} - listed == set()

    def test_the_policy_page_explains_every_field(self):
        page = (ROOT / "docs/policy.md").read_text()
        assert sorted(name for name in field_names() if not re.search(rf"\b{name}\b", page)) == []

    def test_the_page_of_policy_fields_is_up_to_date(self):
        assert PAGE.read_text() == fields_page(), "run python -m tests.architecture.policy_fields"

    def test_every_event_is_explained(self):
        assert set(MEANINGS) == actions()

    def test_the_page_that_verifies_a_proof_is_up_to_date(self):
        assert PROOF_PAGE.read_text() == proof_page(), "run python -m tests.architecture.proof_page"

    def test_the_page_of_log_events_is_up_to_date(self):
        assert EVENTS_PAGE.read_text() == events_page(), "run python -m tests.architecture.log_events"

    def test_the_policy_page_has_every_file(self):
        page = (ROOT / "docs/policy.md").read_text()
        assert [name for name in FILES if f"`{name}`" not in page] == []

    def test_the_engines_page_has_every_engine(self):
        page = (ROOT / "docs/engines.md").read_text()
        assert [name for name in ENGINES if f"| `{name}` |" not in page] == []

    def test_every_decision_is_listed(self):
        listed = (ROOT / "docs/decisions/README.md").read_text()
        records = [one.name for one in (ROOT / "docs/decisions").glob("0*.md")]
        assert [name for name in records if f"]({name})" not in listed] == []
