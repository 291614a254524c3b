"""How far the log's witnesses are stands where operators and auditors look: `/readyz`, `/metrics` and the page of the log."""

import re
from contextlib import AsyncExitStack
from pathlib import Path

from bot.demo.actor import seen
from bot.witness.app import witness_app
from bot.witness.key import open_key
from bot.witness.state import WitnessState
from integrations.witnesses import read_witnesses
from tests.flow.conftest import OpenOffice
from tests.flow.deeds import ask
from tests.flow.office import HEALTH_TOKEN, Office, Servers, address_of, listening, serving
from tests.flow.test_witness import ORIGIN, log_key  # noqa: F401  (a fixture)
from tests.web.conftest import People
from workflows.audit.tlog.note import VerifierKey, read_verifier_key

SERIES = re.compile(r'(?:# (?:HELP|TYPE) .+|[a-z_]+(?:\{[a-z]+="[^"]*"\})? [0-9.e+-]+)')
"""A line as Prometheus reads it."""


async def asked(office: Office, path: str, token: str) -> tuple[int, str]:
    told = {"Authorization": f"Bearer {token}"}
    async with office.session.get(f"{office.url}{path}", headers=told) as answer:
        return answer.status, await answer.text()


async def test_operators_and_auditors_see_how_far_they_are(
    open_office: OpenOffice,
    signing_in: dict[str, object],
    servers: Servers,
    log_key: str,  # noqa: F811
    tmp_path: Path,
) -> None:
    own, at = open_key(tmp_path / "witness", "auditor.example/log"), listening()
    app = witness_app(own, WitnessState(tmp_path / "witness"), {ORIGIN: [read_verifier_key(log_key)]})
    away = VerifierKey("away.example/log", bytes(32), 4).text
    named = read_witnesses(f"{address_of(at)} {own.verifier.text}, http://127.0.0.1:9 {away}")
    async with (
        serving(app, at),
        open_office(**signing_in, daypass_witnesses=named) as office,
        AsyncExitStack() as stack,
    ):
        await ask(office)
        token = HEALTH_TOKEN.get_secret_value()

        async def signed() -> str | None:
            _, said = await asked(office, "/readyz", token)
            return (
                said if "1 of 2 witnesses have signed the newest checkpoint, the last one" in said else None
            )

        said = await seen("one of them has signed", signed)
        assert "away.example/log has signed none of the newest checkpoints." in said
        assert '"status":"ready"' in said, "Daypass waits for none of them"
        assert "witnesses" not in (await asked(office, "/readyz", "guessed"))[1]

        status, metrics = await asked(office, "/metrics", token)
        assert status == 200
        assert [line for line in metrics.splitlines() if not SERIES.fullmatch(line)] == []
        assert 'daypass_ready{part="vault"} 1\n' in metrics
        assert "daypass_witnesses 2\n" in metrics
        lag = re.search(r'daypass_witness_lag_seconds\{witness="away.example/log"\} ([0-9.]+)', metrics)
        assert lag
        assert float(lag[1]) > 0
        status, refused = await asked(office, "/metrics", "guessed")
        assert (status, "DAYPASS_HEALTH_TOKEN" in refused) == (401, True)

        barbara = await People(office, stack).signed_in("barbara")
        page = await barbara.sees("/log", "1 of 2 witnesses have signed the newest checkpoint")
        assert "auditor.example/log signed" in page
        assert "away.example/log has signed none of the newest checkpoints." in page
