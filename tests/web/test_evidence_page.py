"""An evidence pack as an auditor makes it in the console, and an operator at the command line; both verify offline."""

import subprocess
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

from tests.flow.office import Office
from tests.flow.test_command_line import beside, daypass, refused
from tests.web.conftest import People
from tests.web.reader import Anybody, words
from tests.web.seeded import SECRET, seed
from workflows.system.control_tests.commands import ReportControlTest, StartControlTest
from workflows.system.control_tests.state import Result, control_test_id
from workflows.workflow import CLOCKWORK

FOUND = "The login v-nobody still works."


async def _a_failed_control_test(office: Office) -> None:
    """As if its login had worked on."""
    due_at, result = office.clock(), Result(outcome="failed", found=FOUND)
    subject = control_test_id("revocation")
    for command in (
        StartControlTest(subject, "revocation", due_at),
        ReportControlTest(subject, due_at, result),
    ):
        assert (await office.daypass.ledger.handle(command, CLOCKWORK, "test")).events
    await office.daypass.jobs.keep_log()


async def test_a_pack_from_the_console_and_one_from_the_command_line_verify(
    office: Office, people: People, machine: Anybody, tmp_path: Path
) -> None:
    seeded = await seed(office, machine)
    await _a_failed_control_test(office)
    key = (await beside(office, "audit", "key")).stdout.strip()
    today = f"{office.clock():%Y-%m-%d}"
    yesterday = f"{office.clock() - timedelta(days=1):%Y-%m-%d}"
    barbara = await people.signed_in("barbara")
    posture = words(await barbara.page("/posture"))
    assert f"Control test failed A revoked credential is refused at its target. {FOUND}" in posture
    assert "Alarm" not in posture, "what a control test found isn't listed twice"
    assert FOUND in await barbara.page(f"/stories/{control_test_id('revocation')}")
    form = {"csrf": await barbara.form("/evidence"), "first": yesterday, "last": today, "samples": "5"}
    made = await barbara.post("/evidence", data=form)
    assert (made.status_code, made.headers["content-type"]) == (200, "application/zip"), words(made.text)
    assert f"daypass-evidence-{yesterday}-{today}.zip" in made.headers["content-disposition"]

    await office.daypass.jobs.keep_log()
    found = await barbara.page("/search?action=session.exported")
    assert sha256(made.content).hexdigest() in found
    assert "as zip" in found
    for wrong in (
        {"first": today, "last": yesterday},
        {"first": "nonsense"},
        {"samples": "0"},
        {"samples": "9999"},
    ):
        assert (await barbara.post("/evidence", data={**form, **wrong})).status_code == 400, wrong
    assert (await barbara.post("/evidence", data={**form, "csrf": "other"})).status_code == 403

    done = await beside(
        office, "evidence", "--from", yesterday, "--to", today, "--output", str(tmp_path / "cli.zip")
    )
    assert done.returncode == 0, done.stderr
    (tmp_path / "console.zip").write_bytes(made.content)
    for name in ("console.zip", "cli.zip"):
        verified = daypass({}, "audit", "verify", str(tmp_path / name), "--key", key)
        assert verified.returncode == 0, verified.stdout
        assert "The evidence pack is as it was signed." in verified.stdout
        with ZipFile(tmp_path / name) as archive:
            everything = b"".join(archive.read(one) for one in archive.namelist()).decode(errors="replace")
        assert seeded.access in everything
        assert FOUND in everything
        assert seeded.private not in everything
        assert SECRET not in everything
    unpacked = tmp_path / "unpacked"
    with ZipFile(tmp_path / "cli.zip") as archive:
        archive.extractall(unpacked)
    subprocess.run(
        ["sha256sum", "--check", "--quiet", "MANIFEST"], cwd=unpacked, check=True, capture_output=True
    )
    again = await beside(office, "evidence", "--output", str(tmp_path / "cli.zip"))
    assert (again.returncode, "already exists" in again.stderr) == (1, True)
    data = bytearray(made.content)
    data[len(data) // 2] ^= 1
    (tmp_path / "changed.zip").write_bytes(data)
    assert daypass({}, "audit", "verify", str(tmp_path / "changed.zip"), "--key", key).returncode == 1


def test_half_a_period_is_refused(tmp_path: Path) -> None:
    sentence = refused({}, "evidence", "--from", "2026-01-01", "--output", str(tmp_path / "pack.zip"))
    assert "Give both --from and --to" in sentence
