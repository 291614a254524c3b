"""Everything that the demo needs, as real servers on this machine: started together, stopped together."""

import asyncio
import json
import secrets
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import requests

from bot.demo.bundle import write_bundle
from bot.demo.cast import BOT_TOKEN, workspace
from bot.demo.identity import (
    Pipeline,
    configure_pipeline,
    let_people_in,
    machines_issuer,
    register_client,
    register_public_client,
)
from bot.demo.mlflow import MLflowServer, environment, spawn_mlflow
from bot.demo.openbao import OpenBao, configure_openbao, start_openbao
from bot.demo.postgres import Postgres, start_postgres
from bot.demo.reaper import spawn_reaper
from bot.demo.servers import Server, answering, free_port, spawn
from bot.demo.tracker import Tracker, tracking
from bot.demo.warehouse import DATABASE, Warehouse, build_warehouse
from integrations.vault import AppRole, Logins

ROOT = Path(__file__).parents[2]
BUNDLE = ROOT / "examples" / "bundle"

QUICK = {"DAYPASS_WATCH_SECONDS": "3"}
"""What the demo looks at more often than anybody needs to."""

NAMED = "localhost"
"""Where the console and its sign-in are: browsers make no passkeys for an address of numbers."""
LEANED_ON = 3
"""So many servers, those started first, are stopped after all others."""

Tell = Callable[[str], None]


@dataclass
class Stage:
    """The running parts. `page` is where a person looks; `daypass` can be killed and started again."""

    directory: Path
    bao: OpenBao
    logins: Logins
    postgres: Postgres
    warehouse: Warehouse
    page: str
    sandbox: Server
    daypass_url: str
    environment: Mapping[str, str] = field(repr=False)
    daypass: Server
    sign_in: Server
    reaper: Server
    pipeline: Pipeline
    tracker: Tracker = field(default_factory=Tracker)
    mlflow: MLflowServer | None = None
    models: Server | None = None
    """The ranking team's own jobs: they train versions, and watch what is live."""

    async def start_daypass_again(self) -> None:
        """After a stop or a kill: the same settings, the same database."""
        self.daypass = await start_daypass(self.directory, self.environment, self.daypass_url)


def _say_nothing(sentence: str) -> None:
    pass


@asynccontextmanager
async def staged(
    tell: Tell = _say_nothing,
    page_port: int = 0,
    settings: Mapping[str, str] | None = None,
    models: bool = False,
    speed: float = 1.0,
) -> AsyncIterator[Stage]:
    """Start all parts and stop them when the block is left; their data go with them.

    `speed` is that of the minute in Slack's rate limits; whoever plays an afternoon in two minutes needs a faster one.
    `settings` go over the settings that Daypass gets otherwise. With `models` MLflow and the jobs of those
    who train for it are started as well, and not waited for. Raises ServerFailed.
    """
    with TemporaryDirectory(prefix="daypass-demo-", ignore_cleanup_errors=True) as temporary:
        directory = Path(temporary)
        started: list[Server] = []
        with tracking() as tracker:
            try:
                mlflow_port = free_port()
                given = {"DAYPASS_TICKETS": tracker.setting, **(settings or {})}
                if models:
                    given = {"MLFLOW_TRACKING_URI": f"http://127.0.0.1:{mlflow_port}", **QUICK, **given}
                stage = await _start(directory, tell, page_port or free_port(), given, speed, started)
                stage.tracker = tracker
                if models:
                    _start_models(stage, tell, mlflow_port, started)
                yield stage
            finally:
                for together in (started[LEANED_ON:], started[:LEANED_ON]):
                    await asyncio.gather(*(asyncio.to_thread(server.stop) for server in together))


def _start_models(stage: Stage, tell: Tell, port: int, started: list[Server]) -> None:
    """After everything else: reading MLflow's many libraries takes a while, and nobody waits for it."""
    tell("Starting MLflow, and training three small models, in the background …")
    stage.mlflow = spawn_mlflow(stage.directory / "mlflow", port)
    stage.models = spawn(
        "the ranking team's jobs",
        [sys.executable, "-m", "bot.demo.models", stage.mlflow.url],
        log=stage.directory / "models.log",
        directory=ROOT,
        environment=environment(stage.directory),
    )
    started += [stage.mlflow.server, stage.models]


async def _start(
    directory: Path,
    tell: Tell,
    page_port: int,
    settings: Mapping[str, str],
    speed: float,
    started: list[Server],
) -> Stage:
    daypass_url, page = f"http://{NAMED}:{free_port()}", f"http://127.0.0.1:{page_port}"
    secret = secrets.token_hex(16)
    tell("Starting OpenBao and PostgreSQL …")
    sandbox = _spawn_sandbox(directory, daypass_url, page_port, secret, speed)
    started.append(sandbox)
    bao, postgres = await asyncio.gather(
        start_openbao(directory / "openbao"), start_postgres(directory / "postgres")
    )
    started += [bao.server, postgres.server]
    tell("Filling the feature warehouse …")
    warehouse = await asyncio.to_thread(build_warehouse, postgres)
    reaper = spawn_reaper(directory / "reaper", warehouse)
    started.append(reaper)
    tell("Setting up OpenBao as an operator would …")
    logins = await asyncio.to_thread(configure_openbao, bao, warehouse)
    front = f"http://{NAMED}:{free_port()}"
    sign_in = spawn_sign_in(directory, bao, front)
    started.append(sign_in)
    signing_in = await asyncio.to_thread(_let_people_sign_in, bao, front, daypass_url)
    pipeline = await asyncio.to_thread(configure_pipeline, bao)
    await answering(sandbox, partial(answers, f"{page}/sandbox/workspace"))
    environment = {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_SIGNING_SECRET": secret,
        "SLACK_API_URL": f"{page}/api/",
        "DATABASE_URL": f"sqlite:///{directory}/daypass.db",
        "DAYPASS_URL": daypass_url,
        **signing_in,
        **_access_settings(bao, logins, postgres, warehouse),
        "DAYPASS_BUNDLE": str(write_bundle(BUNDLE, directory / "bundle")),
        **settings,
    }
    tell("Starting Daypass …")
    daypass = await start_daypass(directory, environment, daypass_url)
    started.append(daypass)
    return Stage(
        directory,
        bao,
        logins,
        postgres,
        warehouse,
        page,
        sandbox,
        daypass_url,
        environment,
        daypass,
        sign_in,
        reaper,
        pipeline,
    )


def _let_people_sign_in(bao: OpenBao, front: str, daypass_url: str) -> dict[str, str]:
    """Register Daypass with the provider at `front`, for browsers and for terminals; its settings."""
    let_people_in(bao, front)
    client = register_client(bao, front, f"{daypass_url}/sign-in/back")
    return {
        "DAYPASS_OIDC_ISSUER": client.issuer,
        "DAYPASS_OIDC_CLIENT_ID": client.client_id,
        "DAYPASS_OIDC_CLIENT_SECRET": client.client_secret.get_secret_value(),
        "DAYPASS_OIDC_CLI_CLIENT_ID": register_public_client(bao, front).client_id,
    }


def _access_settings(
    bao: OpenBao, logins: Logins, postgres: Postgres, warehouse: Warehouse
) -> dict[str, str]:
    """What Daypass gives access to, by which rules."""
    return {
        "VAULT_ADDR": bao.addr,
        **vault_settings(logins),
        "DAYPASS_PRIVATE_HOSTS": "127.0.0.1",
        "DAYPASS_BUNDLE_VALUES": json.dumps(bundle_values(postgres, bao)),
        "DAYPASS_TARGETS": json.dumps({DATABASE: warehouse.confirmer_url}),
        "DAYPASS_CHECKPOINT_SECONDS": "10",
    }


def vault_settings(logins: Logins) -> dict[str, str]:
    """Daypass's settings for these logins."""
    everyday, high = logins.everyday, logins.high
    assert isinstance(everyday, AppRole)
    assert isinstance(high, AppRole)
    return {
        "VAULT_NAMESPACE": logins.namespace or "",
        "VAULT_ROLE_ID": everyday.role_id,
        "VAULT_SECRET_ID": everyday.secret_id.get_secret_value(),
        "VAULT_HIGH_ROLE_ID": high.role_id,
        "VAULT_HIGH_SECRET_ID": high.secret_id.get_secret_value(),
    }


def spawn_sign_in(directory: Path, bao: OpenBao, front: str) -> Server:
    """Start the page where people type their password for OpenBao."""
    port = front.rpartition(":")[2]
    command = [sys.executable, "-m", "bot.demo.sign_in", "--port", port, "--bao", bao.addr, "--front", front]
    return spawn("the sign-in page", command, log=directory / "sign-in.log", directory=ROOT)


def bundle_values(postgres: Postgres, bao: OpenBao) -> dict[str, str]:
    """Where the bundle's entitlements connect to, and who vouches for machines."""
    return {
        "MACHINES_ISSUER": machines_issuer(bao),
        "WAREHOUSE_HOST": postgres.host,
        "WAREHOUSE_PORT": str(postgres.port),
        "WAREHOUSE_DATABASE": DATABASE,
    }


async def start_daypass(directory: Path, environment: Mapping[str, str], url: str) -> Server:
    """Start `daypass serve` and wait until it is ready. Raises ServerFailed."""
    port = url.rpartition(":")[2]
    command = [sys.executable, "-m", "bot", "serve", "--port", port]
    server = spawn("Daypass", command, log=directory / "daypass.log", directory=ROOT, environment=environment)
    await answering(server, partial(answers, f"{url}/readyz"))
    return server


def answers(url: str) -> bool:
    """Whether a GET is answered with 200."""
    try:
        return requests.get(url, timeout=2).status_code == 200
    except requests.RequestException:
        return False


def _spawn_sandbox(directory: Path, daypass_url: str, port: int, secret: str, speed: float) -> Server:
    file = directory / "workspace.json"
    file.write_text(json.dumps(workspace()))
    command = [sys.executable, "-m", "bot.demo.slack_sandbox", "--port", str(port)]
    command += ["--daypass-url", daypass_url, "--workspace", str(file), "--speed", str(speed)]
    secrets_of_slack = {"SLACK_SIGNING_SECRET": secret, "SLACK_BOT_TOKEN": BOT_TOKEN}
    return spawn(
        "the Slack sandbox",
        command,
        log=directory / "sandbox.log",
        directory=ROOT,
        environment=secrets_of_slack,
    )
