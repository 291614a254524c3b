"""The command line as an operator runs it: what it prints, and one sentence for what is wrong."""

import asyncio
import json
import logging
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import pytest

from bot.cli.commands import main
from bot.cli.logs import QUIET
from bot.demo.actor import seen
from bot.demo.postgres import Postgres
from bot.demo.stage import BUNDLE, ROOT
from bot.settings import Settings
from bot.wiring.jobs import LATE_INDEX
from tests.flow.conftest import OpenOffice, Rules
from tests.flow.deeds import WHY, ask, card, granted, message, press, said
from tests.flow.office import APPROVALS, AUDIT, Office, Servers, settings_for
from workflows.audit.sequencer import last_head
from workflows.ports import Retryable
from workflows.system.alarms import Alarm
from workflows.workflow import State

A_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
"""The test vector of the format's description."""
WAREHOUSE = "resources/feature-warehouse.yaml"


def environment_of(settings: Settings) -> dict[str, str]:
    secret_id, high_secret_id = settings.vault_secret_id, settings.vault_high_secret_id
    assert secret_id is not None
    assert high_secret_id is not None
    return {
        "SLACK_BOT_TOKEN": settings.slack_bot_token.get_secret_value(),
        "SLACK_SIGNING_SECRET": settings.slack_signing_secret.get_secret_value(),
        "SLACK_API_URL": str(settings.slack_api_url),
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "VAULT_ADDR": str(settings.vault_addr),
        "VAULT_ROLE_ID": str(settings.vault_role_id),
        "VAULT_SECRET_ID": secret_id.get_secret_value(),
        "VAULT_HIGH_ROLE_ID": str(settings.vault_high_role_id),
        "VAULT_HIGH_SECRET_ID": high_secret_id.get_secret_value(),
        "VAULT_NAMESPACE": str(settings.vault_namespace),
        "DAYPASS_BUNDLE": str(settings.daypass_bundle),
        "DAYPASS_TARGETS": json.dumps(
            {name: url.get_secret_value() for name, url in settings.daypass_targets.items()}
        ),
        "DAYPASS_BUNDLE_VALUES": json.dumps(dict(settings.daypass_bundle_values)),
    }


@dataclass(frozen=True)
class Done:
    """What a command printed, and how it ended."""

    returncode: int | str | None
    stdout: str
    stderr: str


def daypass(environment: Mapping[str, str], *arguments: str) -> Done:
    """Run a command in this process, in an environment that holds nothing else of Daypass's."""
    printed, complained, code = StringIO(), StringIO(), None
    with (
        patch.dict(os.environ, environment, clear=True),
        redirect_stdout(printed),
        redirect_stderr(complained),
    ):
        try:
            main(list(arguments))
        except SystemExit as end:
            code = end.code
    return Done(code or 0, printed.getvalue(), complained.getvalue())


async def beside(office: Office, *arguments: str) -> Done:
    """Run a command on the office's settings while its Daypass is at work."""
    return await asyncio.to_thread(daypass, environment_of(office.settings), *arguments)


def refused(environment: Mapping[str, str], *arguments: str) -> str:
    """The one sentence with which it ends."""
    return sentence_of(daypass(environment, *arguments))


def sentence_of(done: Done) -> str:
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    (sentence,) = done.stderr.splitlines()
    return sentence


@pytest.fixture
def environment(servers: Servers, tmp_path: Path) -> dict[str, str]:
    return environment_of(settings_for(servers, "http://127.0.0.1:1", f"sqlite:///{tmp_path}/daypass.db"))


class TestCheckingABundle:
    def test_that_is_fine_says_so(self) -> None:
        done = daypass({}, "check", str(BUNDLE))
        assert done.returncode == 0
        assert "4 entitlements" in done.stdout
        assert done.stdout.strip().endswith("Bundle OK.")

    def test_lists_what_can_t_be_revoked_early(self, rules: Rules) -> None:
        bundle = rules((WAREHOUSE, "path: database/creds/warehouse-read", "path: ssh/sign/warehouse-read"))
        told = daypass({}, "check", str(bundle)).stdout
        assert "warehouse can't be revoked early: SSH certificates work until they expire." in told
        assert told.count("revoked early") == 1

    def test_compares_vault_with_it(self, environment: dict[str, str], servers: Servers) -> None:
        done = daypass(environment, "check", str(BUNDLE), "--vault")
        assert done.returncode == 0, done.stdout
        assert "note: The secret id of daypass expires at" in done.stdout
        assert done.stdout.strip().endswith(
            "Vault OK: it has what the bundle needs, and Daypass's logins can't do more."
        )
        servers.bao.call("POST", "auth/token/roles/daypass", token_explicit_max_ttl="1h")
        try:
            tight = daypass(environment, "check", str(BUNDLE), "--vault")
            servers.bao.call("POST", "auth/token/roles/daypass", token_explicit_max_ttl="0")
            wide = daypass(environment, "check", str(BUNDLE), "--vault")
        finally:
            servers.bao.call("POST", "auth/token/roles/daypass", token_explicit_max_ttl="8h")
        assert (tight.returncode, wide.returncode) == (1, 1)
        assert "missing: warehouse allows 8 hours, but Vault limits" in tight.stdout
        assert "too broad: The token role auth/token/roles/daypass has no maximum TTL" in wide.stdout
        assert wide.stdout.strip().endswith("Vault: 0 missing, 1 too broad.")

    def test_needs_the_settings_to_look_into_vault(self) -> None:
        assert "VAULT_ADDR is not set" in daypass({}, "check", str(BUNDLE), "--vault").stderr

    def test_that_is_broken_names_file_line_and_field(self, rules: Rules) -> None:
        bundle = rules((WAREHOUSE, "risk: high", "risk: hgh"))
        sentence = refused({}, "check", str(bundle))
        assert sentence.startswith(f"{WAREHOUSE}:")
        assert sentence.endswith("did you mean “high”?")

    def test_runs_the_bundles_own_tests(self) -> None:
        done = daypass({}, "policy", "test", str(BUNDLE))
        assert done.returncode == 0
        assert "0 failed" in done.stdout


class TestServing:
    """What is wrong at start is one sentence, and the process ends."""

    def test_without_any_setting(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "bot", "serve"],
            cwd=ROOT,
            env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 1
        assert len(done.stderr.splitlines()) == 5
        assert all(line.partition(":")[0].split()[0].isupper() for line in done.stderr.splitlines())

    def test_on_a_broken_bundle(self, environment: dict[str, str], rules: Rules) -> None:
        bundle = rules((WAREHOUSE, "risk: high", "risk: hgh"))
        assert refused({**environment, "DAYPASS_BUNDLE": str(bundle)}, "serve").startswith(f"{WAREHOUSE}:")

    def test_on_an_sqlite_file_that_cannot_be(self, environment: dict[str, str], tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        url = f"sqlite:///{tmp_path}/file/daypass.db"
        sentence = refused({**environment, "DATABASE_URL": url}, "serve")
        assert f"The database {tmp_path}/file/daypass.db can't be used" in sentence

    def test_on_a_postgresql_that_is_not_there(self, environment: dict[str, str]) -> None:
        url = "postgresql://daypass:do-not-show@127.0.0.1:1/daypass"
        sentence = refused({**environment, "DATABASE_URL": url}, "serve")
        assert "The database 127.0.0.1:1/daypass can't be used" in sentence
        assert "do-not-show" not in sentence

    def test_on_a_postgresql_with_a_wrong_password(
        self, environment: dict[str, str], postgres: Postgres
    ) -> None:
        url = postgres.url("postgres", password="do-not-show")
        sentence = refused({**environment, "DATABASE_URL": url}, "serve")
        assert "password authentication failed" in sentence
        assert "do-not-show" not in sentence

    async def test_on_an_sqlite_that_another_process_runs_on(self, office: Office) -> None:
        sentence = sentence_of(await beside(office, "serve"))
        assert "Another Daypass process is already using" in sentence
        assert "DATABASE_URL" in sentence

    async def test_the_second_process_has_not_touched_the_database(self, office: Office) -> None:
        before = await office.log()
        sentence_of(await beside(office, "migrate"))
        assert await office.log() == before


class TestLookingIntoADatabase:
    def test_that_is_not_there_is_one_sentence(self, environment: dict[str, str], tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path}/missing/daypass.db"
        sentence = refused({**environment, "DATABASE_URL": url}, "status")
        assert "can't be used: unable to open database file" in sentence

    def test_that_holds_nothing_yet_says_what_to_do(self, environment: dict[str, str]) -> None:
        assert "daypass migrate" in refused(environment, "status")
        assert "daypass migrate" in refused(environment, "audit", "export", "/nonexistent/export")

    def test_after_migrating_it_says_that_nothing_is_open(self, environment: dict[str, str]) -> None:
        assert daypass(environment, "migrate").stdout == "The database is up to date.\n"
        done = daypass(environment, "status")
        assert done.returncode == 0, done.stderr
        assert "No unfinished work" in done.stdout
        assert "no checkpoint yet" in done.stdout

    async def test_shows_what_is_open_beside_a_running_daypass(self, office: Office) -> None:
        await ask(office)
        await office.quiet()
        await office.fault(down=True)
        shown = await card(office.grace, APPROVALS, (await office.newest()).id)
        await press(office.grace, APPROVALS, "Approve", said(shown)[:20])

        async def tried() -> bool:
            return any(one.last_error for one in await office.daypass.reads.open_effects())

        await seen("an attempt that failed", tried)
        done = await beside(office, "status")
        assert done.returncode == 0, done.stderr
        assert "Slack failed at" in done.stdout

    async def test_says_that_vault_is_sealed_though_nothing_waits_for_it(self, office: Office) -> None:
        office.servers.bao.seal()
        try:
            done = await beside(office, "status")
        finally:
            await office.servers.bao.unseal()
        assert "No unfinished work" in done.stdout
        assert "Vault is sealed. An operator has to unseal it." in done.stdout
        assert "Vault" not in (await beside(office, "status")).stdout


class TestTheIndexOfTheLog:
    async def test_is_made_anew_when_daypass_does_not_run_on_the_same_file(
        self, open_office: OpenOffice
    ) -> None:
        async with open_office() as office:
            await ask(office)
            await office.quiet()
            await office.daypass.jobs.keep_log()
            assert "Another Daypass process" in sentence_of(await beside(office, "audit", "reindex"))
        done = await beside(office, "audit", "reindex")
        assert done.returncode == 0, done.stderr
        assert "events …" in done.stdout
        assert done.stdout.endswith("The search index is up to date.\n")

    async def test_that_stands_still_is_alarmed_and_nothing_else_waits_for_it(self, office: Office) -> None:
        jobs = office.daypass.jobs
        known, clock = jobs.workflows, jobs.now
        jobs.workflows = {}
        await ask(office)
        await office.quiet()
        with pytest.raises(KeyError):
            await jobs.keep_log()
        head = await last_head(office.daypass.store)
        assert head is not None
        assert head.size == len(await office.log())
        await jobs.watch_index()
        assert await alarms(office) == []
        jobs.now = lambda: clock() + timedelta(minutes=3)
        await jobs.watch_index()
        assert [one.status for one in await alarms(office)] == ["raised"]
        jobs.workflows, jobs.now = known, clock
        await jobs.place()
        await jobs.watch_index()
        assert [one.status for one in await alarms(office)] == ["cleared"]


async def alarms(office: Office) -> list[Alarm]:
    found = await office.daypass.reads.in_status(Alarm, "alm", ["raised", "cleared"])
    return [one for one in found if one.key == LATE_INDEX]


class TestTheAuditLog:
    async def test_is_exported_and_verified_with_the_public_key_alone(
        self, office: Office, tmp_path: Path
    ) -> None:
        await granted(office)
        await office.quiet()
        await office.daypass.jobs.keep_log()
        key = (await beside(office, "audit", "key")).stdout.strip()
        assert key.startswith("daypass.northwind.example/audit+")
        export = tmp_path / "export"
        done = await beside(office, "audit", "export", str(export))
        assert done.returncode == 0, done.stderr
        assert key in done.stdout
        verified = daypass({}, "audit", "verify", str(export), "--key", key)
        assert verified.returncode == 0, verified.stdout
        await self.one_file_proves(await office.newest(), office, key, tmp_path / "proof.jsonl")
        text = next(file for file in export.rglob("*") if file.is_file() and WHY in _text(file))
        text.write_text(text.read_text().replace(WHY, "because", 1))
        assert daypass({}, "audit", "verify", str(export), "--key", key).returncode == 1

    async def one_file_proves(self, grant: State, office: Office, key: str, file: Path) -> None:
        """And says so in words, to somebody who has none of Daypass's settings."""
        done = await beside(office, "audit", "prove", grant.id, "--output", str(file))
        assert done.returncode == 0, done.stderr
        told = daypass({}, "audit", "verify-proof", str(file), "--key", key)
        assert told.returncode == 0, told.stdout
        assert WHY in told.stdout
        assert f"Status by then: {grant.status}" in told.stdout
        assert "already exists" in sentence_of(
            await beside(office, "audit", "prove", grant.id, "--output", str(file))
        )
        still = sentence_of(await beside(office, "erase", grant.id, "--yes"))
        assert f"{grant.id} is still {grant.status}" in still
        other = str(file.with_name("other"))
        nothing = await beside(office, "audit", "prove", "acc_nothing", "--output", other)
        assert "The log has nothing of acc_nothing" in sentence_of(nothing)

    def test_is_not_verified_with_something_that_is_no_key(self, tmp_path: Path) -> None:
        assert "nonsense" in refused({}, "audit", "verify", str(tmp_path), "--key", "nonsense")

    def test_tells_nothing_to_the_terminal_that_a_forger_wrote(self, tmp_path: Path) -> None:
        """A file that claims to be an extract clears no screen and writes no line of its own."""
        file = tmp_path / "forged.jsonl"
        file.write_text(
            '{"format":"\\u001b[2J\\u001b[HEvery event in it is as it was signed.\\n\\u001b[8m"}\n\x1b[2J\n'
        )
        done = daypass({}, "audit", "verify", str(file), "--key", A_KEY)
        assert done.returncode == 1
        assert "\x1b" not in done.stdout
        assert done.stdout.splitlines()[0] == "The extract does NOT verify."

    async def test_has_its_checkpoints_posted_where_its_operator_cannot_take_them_back(
        self, open_office: OpenOffice
    ) -> None:
        async with open_office(daypass_checkpoint_seconds=0.5) as office:
            radia = office.radia
            await message(radia, AUDIT, "Checkpoint of the audit log", "events")
            first = len(await radia.messages(AUDIT))
            await ask(office)

            async def more() -> bool:
                return len(await radia.messages(AUDIT)) > first

            await seen("another checkpoint", more)
            newest = (await radia.messages(AUDIT))[-1]
            assert "daypass.northwind.example/audit\n" in said(newest)
            assert "\n\n— daypass.northwind.example/audit " in said(newest)

    async def test_has_no_checkpoint_twice_when_nothing_happens(self, office: Office) -> None:
        await message(office.radia, AUDIT, "Checkpoint of the audit log")
        await office.forward(minutes=1)
        await office.daypass.jobs.keep_log()
        assert len(await office.radia.messages(AUDIT)) == 1

    async def test_has_a_checkpoint_posted_that_could_not_be_posted_at_first(self, office: Office) -> None:
        await message(office.radia, AUDIT, "Checkpoint of the audit log")
        await ask(office)
        await office.quiet()
        await office.fault(fail={"method": "chat.postMessage", "error": "internal_error", "status": 500})
        with pytest.raises(Retryable):
            await office.daypass.jobs.keep_log()
        await office.forward(minutes=1)
        await office.daypass.jobs.keep_log()
        assert len(await office.radia.messages(AUDIT)) == 2


def test_libraries_only_log_what_is_wrong() -> None:
    """Bolt would log the body of a request that nobody signed, the SDK that of every call."""
    assert {"slack_bolt", "slack_sdk", "apscheduler", "alembic"} <= set(QUIET)
    assert not logging.getLogger("slack_bolt").isEnabledFor(logging.INFO)
    assert not logging.getLogger("slack_sdk.web.async_base_client").isEnabledFor(logging.INFO)


def _text(file: Path) -> str:
    return file.read_bytes().decode(errors="replace")
