"""A log can't show what was never logged: it is compared with the audit log of a real OpenBao server."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import hvac
import pytest
import requests

from bot.cli.commands import main
from bot.demo.servers import free_port
from tests.audit.example_log import KEY, checkpoints, entry, leaf, texts
from workflows.audit.export.directory import write_export
from workflows.audit.tlog.leaf import Leaf, read_leaf
from workflows.audit.verify.vault_log import VaultLogError, compare_with_vault

PATH = "pki/issue/report"
GUARDED = f"""
path "{PATH}" {{
  capabilities = ["update"]
  control_group = {{
    ttl = "1h"
    factor "owners" {{
      controlled_capabilities = ["update"]
      identity {{
        group_names = ["owners"]
        approvals = 1
      }}
    }}
  }}
}}
"""


@dataclass(frozen=True)
class Issuer:
    """An OpenBao server that issues leases at PATH and writes an audit log."""

    client: hvac.Client
    audit_log: Path

    def issue(self, **options: str) -> str:
        return str(self.client.write_data(PATH, data={"common_name": "a.example"}, **options)["lease_id"])

    def lines(self) -> list[str]:
        return self.audit_log.read_text().splitlines()


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    root = tmp_path_factory.mktemp("openbao")
    log, config = root / "audit.log", root / "audit.hcl"
    config.write_text(f'audit "file" "main" {{ options = {{ file_path = "{log}" }} }}')
    address = f"127.0.0.1:{free_port()}"
    server = subprocess.Popen(
        [
            Path(sys.executable).with_name("bao"),
            *("server", "-dev", "-dev-no-store-token", "-dev-root-token-id=root"),
            *(f"-dev-listen-address={address}", f"-config={config}"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        client = hvac.Client(url=f"http://{address}", token="root")
        wait_for(client)
        client.sys.enable_secrets_engine("pki")
        client.write_data("pki/root/generate/internal", data={"common_name": "example"})
        client.write_data(
            "pki/roles/report", data={"allow_any_name": True, "generate_lease": True, "ttl": "60s"}
        )
        yield Issuer(client, log)
    finally:
        server.terminate()
        server.wait()


@pytest.fixture
def since(issuer: Issuer) -> int:
    """How many lines Vault's log had before this test."""
    return len(issuer.lines())


def minted(number: int, lease: str) -> Leaf:
    return read_leaf(leaf(entry(number, action="minted", facts={"lease_id": lease})))


def compare(issuer: Issuer, since: int, *leaves: Leaf) -> list[str]:
    return compare_with_vault(leaves, issuer.lines()[since:], [PATH], action="minted")


def test_one_event_for_each_lease_is_as_it_should_be(issuer, since):
    leases = [issuer.issue(), issuer.issue()]
    issuer.client.sys.revoke_lease(leases[0])

    assert compare(issuer, since, *(minted(number, lease) for number, lease in enumerate(leases))) == []


def test_a_lease_that_went_around_the_log_is_named(issuer, since):
    known, unknown = issuer.issue(), issuer.issue()

    (problem,) = compare(issuer, since, minted(0, known))

    assert problem.startswith(f"Vault issued lease {unknown} at 20")
    assert "no event records it" in problem


def test_a_wrapped_credential_does_not_hide(issuer, since):
    issuer.client.adapter.post(f"/v1/{PATH}", json={"common_name": "a.example"}, wrap_ttl="60s")

    (problem,) = compare(issuer, since)

    assert "wrapped credential" in problem


def test_what_a_control_group_answers_is_no_credential_yet(issuer, since):
    issuer.client.sys.create_or_update_policy("guarded", GUARDED)
    token = issuer.client.auth.token.create(policies=["guarded"])["auth"]["client_token"]
    asking = hvac.Client(url=issuer.client.url, token=token)
    answer = asking.adapter.post(f"/v1/{PATH}", json={"common_name": "a.example"})
    assert answer["wrap_info"]["creation_path"] == PATH
    assert compare(issuer, since) == []


def test_a_lease_that_vault_never_issued_is_named(issuer, since):
    (problem,) = compare(issuer, since, minted(4, f"{PATH}/made-up"))

    assert problem.startswith(
        f"Event evt00004 records lease {PATH}/made-up, but Vault's audit log doesn't have it"
    )


def test_a_lease_logged_twice_is_named(issuer, since):
    lease = issuer.issue()

    assert compare(issuer, since, minted(0, lease), minted(1, lease)) == [
        f"Lease {lease} is logged twice, by events evt00000 and evt00001."
    ]


def test_other_paths_and_other_events_are_not_looked_at(issuer, since):
    lease = issuer.issue()
    ended = read_leaf(leaf(entry(0, action="ended", facts={"lease_id": lease})))

    assert compare_with_vault([ended], issuer.lines()[since:], ["database/creds/"], action="minted") == []


def test_a_line_that_is_not_json_is_named():
    with pytest.raises(VaultLogError, match="Line 2"):
        compare_with_vault([], [json.dumps({"type": "request"}), "{"], [PATH], action="minted")


def test_the_command_compares_a_verified_export_with_vault_s_log(issuer, since, tmp_path, capsys):
    known = issuer.issue()
    events = [entry(0, action="access.credential-minted", facts={"lease_id": known}), entry(1, facts={})]
    logged = [leaf(one) for one in events]
    export = tmp_path / "export"
    write_export(export, logged, texts(events), checkpoints(logged, [2]), [KEY])
    vault_log = tmp_path / "audit.log"
    vault_log.write_text("\n".join(issuer.lines()[since:]))
    given = (str(export), str(vault_log), PATH)
    assert compared(capsys, *given) == (0, "Both logs have the same leases on these paths.\n")
    assert compared(capsys, *given, "--namespace", "/")[0] == 0
    assert "doesn't have it" in compared(capsys, *given, "--namespace", "team/")[1]

    unknown = issuer.issue()
    vault_log.write_text("\n".join(issuer.lines()[since:]))
    code, told = compared(capsys, *given)
    assert code == 1
    assert f"- Vault issued lease {unknown} at 20" in told
    assert told.endswith("1 difference.\n")
    assert compared(capsys, *given, "--namespace", "team/")[0] == 1

    changed = next(one for one in export.rglob("tile/entries/**/*") if one.is_file())
    changed.write_bytes(changed.read_bytes().replace(known.encode(), unknown.encode()))
    code, told = compared(capsys, *given)
    assert code == 1
    assert told.startswith("The log does NOT verify.")


def compared(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str]:
    """How `daypass audit compare-vault` ended, and what it printed."""
    with pytest.raises(SystemExit) as ended:
        main(["audit", "compare-vault", *arguments, "--key", KEY.text])
    return ended.value.code, capsys.readouterr().out


def wait_for(client: hvac.Client) -> None:
    for _ in range(100):
        try:
            if client.sys.is_initialized() and not client.sys.is_sealed():
                return
        except requests.ConnectionError:
            pass
        time.sleep(0.05)
    raise TimeoutError("OpenBao did not start within 5 s.")
