"""The command line: serve, check a bundle, look after the database and the log, and the demo."""

import asyncio
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn
from urllib.parse import quote

import typer
from rich.console import Console

from bot.settings import SettingsError, read_settings
from bot.wiring.database import NoDatabase
from workflows.audit.export.directory import ExportError, write_export
from workflows.audit.tlog.note import NoteError, VerifierKey, read_verifier_key
from workflows.audit.verify.directory import verify_export
from workflows.audit.verify.extract import extract_lines, verify_extract
from workflows.audit.verify.report import lines
from workflows.audit.verify.seen_checkpoints import read_seen
from workflows.database.store import AlreadyRunning
from workflows.durations import DurationError, parse_duration
from workflows.policy.bundle import Bundle
from workflows.policy.evaluation.bundle_tests import rehearse
from workflows.policy.loading.files import STILL_SECONDS
from workflows.policy.loading.load import load_bundle
from workflows.policy.problems import BundleErrors
from workflows.ports import Permanent, Retryable
from workflows.text import legible

if TYPE_CHECKING:
    from bot.cli.api_client import Daypass

LINE = 4_000
"""Characters of a line that tells what others wrote, at most."""
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)
policy = typer.Typer(no_args_is_help=True, help="Work with a policy bundle.")
audit = typer.Typer(no_args_is_help=True, help="Export and verify the audit log.")
access = typer.Typer(no_args_is_help=True, help="Ask for access from a pipeline, through the API.")
release = typer.Typer(no_args_is_help=True, help="Propose releases from a pipeline, through the API.")
app.add_typer(policy, name="policy")
app.add_typer(audit, name="audit")
app.add_typer(access, name="access")
app.add_typer(release, name="release")
out = Console(highlight=False, soft_wrap=True)

Values = Annotated[
    list[str] | None, typer.Option("--value", metavar="NAME=TEXT", help="A value for ${NAME} in the bundle.")
]
Wait = Annotated[bool, typer.Option("--wait", help="Wait for the verdict; the exit code says which.")]
Timeout = Annotated[str, typer.Option(help="How long to wait, such as 30m.")]
Wrapped = Annotated[
    bool, typer.Option("--wrapped", help="Once granted, print a wrapping token for a credential.")
]
_PATHS = {"access": "requests", "release": "releases"}
BundleArgument = Annotated[Path, typer.Argument(help="The bundle's directory.")]


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; what goes wrong is one clear sentence, not a traceback."""
    try:
        app(args=arguments)
    except (
        SettingsError,
        BundleErrors,
        AlreadyRunning,
        NoDatabase,
        ExportError,
        Retryable,
        Permanent,
    ) as error:
        _fail(str(error))


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 3000,
) -> None:
    """Run Daypass: Slack's events (POST /slack/events), the console (/), the API (/api/v1), /healthz and /readyz."""
    from bot.cli.logs import set_up_logging
    from bot.cli.serve import serve as run

    set_up_logging()
    asyncio.run(run(read_settings(), host, port))


@app.command()
def migrate(
    grant_to: Annotated[
        str | None,
        typer.Option(
            metavar="ROLE", help="PostgreSQL role that Daypass runs as; may read and append, no more."
        ),
    ] = None,
) -> None:
    """Bring the database up to date; `serve` does it too, if its role may."""
    from bot.wiring.database import migrate as bring_up_to_date

    asyncio.run(bring_up_to_date(read_settings().database_url.get_secret_value(), grant_to))
    out.print("The database is up to date.")


@app.command()
def check(
    bundle: BundleArgument,
    value: Values = None,
    vault: Annotated[
        bool, typer.Option("--vault", help="Compare Vault with it, too; needs Daypass's settings.")
    ] = False,
) -> None:
    """Validate a policy bundle: each problem with file, line, field, what is wrong and what was meant.

    With --vault also whether Vault has what the bundle needs, and allows Daypass's logins no more than that.
    """
    loaded = load_bundle(bundle, _values(value), STILL_SECONDS)
    counted = {
        "entitlements": loaded.entitlements,
        "services": loaded.services,
        "playbooks": loaded.playbooks,
        "groups": loaded.groups,
    }
    what = ", ".join(f"{len(found)} {name}" for name, found in counted.items())
    out.print(f"{bundle}: {what}, digest {loaded.short_digest}. It is fine.", markup=False)
    for name, one in loaded.entitlements.items():
        if not one.secrets_engine.revocable:
            sentence = f"{one.source}: {name} can't be revoked early: {one.secrets_engine.makes} work until they expire."
            out.print(sentence, markup=False)
    if vault:
        _check_vault(loaded)


def _check_vault(bundle: Bundle) -> None:
    """Exits 1 if anything is missing, or wider than it has to be."""
    from bot.cli.operator import check_vault

    found = asyncio.run(check_vault(read_settings(), bundle))
    told = {"missing": found.missing, "too wide": found.too_wide, "note": found.notes}
    for kind, sentences in told.items():
        for sentence in sentences:
            out.print(f"{kind}: {sentence}", markup=False)
    if not found.faultless:
        out.print(f"Vault: {len(found.missing)} missing, {len(found.too_wide)} too wide.")
        raise typer.Exit(1)
    out.print("Vault has what the bundle needs, and allows Daypass no more.")


@policy.command("test")
def policy_test(bundle: BundleArgument, value: Values = None) -> None:
    """Run the bundle's own tests."""
    results = rehearse(load_bundle(bundle, _values(value), STILL_SECONDS))
    for result in results:
        out.print(f"{'passed' if result.passed else 'FAILED'}  {result.name} ({result.source})", markup=False)
        for difference in result.differences:
            out.print(f"        {difference}", markup=False)
    failed = sum(not result.passed for result in results)
    out.print(f"{len(results) - failed} passed, {failed} failed")
    raise typer.Exit(1 if failed else 0)


@app.command()
def status() -> None:
    """What is open: effects still to be done, grants that are ending, the log's last checkpoint."""
    from bot.cli.operator import Status, read_status

    found: Status = asyncio.run(read_status(read_settings()))
    for effect in found.effects:
        error = f": {effect.last_error}" if effect.last_error else ""
        out.print(
            f"{effect.kind} of {effect.subject} (effect {effect.seq}): {effect.status}, "
            f"attempts: {effect.attempts}, next at {effect.not_before:%H:%M:%S} UTC{error}",
            markup=False,
        )
    if not found.effects:
        out.print("Nothing is open: every effect is done.")
    for sentence in found.sentences:
        out.print(sentence, markup=False)


@audit.command("export")
def audit_export(
    directory: Annotated[Path, typer.Argument(help="A new directory.")],
    private: Annotated[
        bool, typer.Option(help="With what private incidents say, for their members.")
    ] = False,
) -> None:
    """Write the log, with its checkpoints and texts, to a directory that can be verified offline.

    Events of private incidents are sealed: their hashes are there, what they say isn't.
    """
    from bot.cli.operator import read_log

    keys, leaves, texts, notes = asyncio.run(read_log(read_settings(), private))
    write_export(directory, leaves, texts, notes, keys)
    out.print(
        f"{len(leaves)} events in {directory}. Verify with: daypass audit verify {directory} --key KEY",
        markup=False,
    )
    _print_keys(keys)


@audit.command("key")
def audit_key() -> None:
    """Print the log's public keys, to be kept where Daypass's operator can't change them."""
    from bot.cli.operator import public_keys

    _print_keys(asyncio.run(public_keys(read_settings())))


@audit.command("reindex")
def audit_reindex() -> None:
    """Make the index by which events are found anew, from the log; on PostgreSQL as the owner of the tables.

    On PostgreSQL Daypass may run meanwhile: until it is done, searches find a part, and say so.
    """
    from bot.cli.operator import reindex
    from bot.wiring.workflows import BY_KIND

    asyncio.run(reindex(read_settings(), BY_KIND, lambda some: out.print(f"{some:,} events …")))
    out.print("The index of the log is made anew.")


@audit.command("verify")
def audit_verify(
    export: Annotated[Path, typer.Argument(help="An export's directory, or an extract as JSON Lines.")],
    key: Annotated[
        list[str], typer.Option(help="The log's public key (name+id+base64); repeat for several.")
    ],
    digest: Annotated[
        str | None, typer.Option(help="Of an extract, as the log's event of the export says it.")
    ] = None,
    seen: Annotated[
        list[str] | None,
        typer.Option(
            help="A checkpoint that you saw elsewhere, such as in Slack: a file, or its text; repeat for several."
        ),
    ] = None,
    allow_sealed: Annotated[
        bool, typer.Option("--allow-sealed", help="Accept that what sealed events say isn't checked.")
    ] = False,
    largest: Annotated[
        str, typer.Option(help="Of an export, its size at most; verifying takes four times that in memory.")
    ] = "1G",
) -> None:
    """Verify an export or an extract, offline, with nothing but the public key. Exits 1 if anything is wrong.

    An extract that something was left out of shows only by its digest: give the one that the log has.
    """
    from bot.wiring.workflows import BY_KIND

    try:
        keys = [read_verifier_key(text) for text in key]
        known = [one for given in seen or () for one in read_seen(given)]
    except NoteError as error:
        _fail(legible(str(error), LINE))
    if export.is_file():
        extract = verify_extract(export, keys, digest, BY_KIND, known)
        ok, told = extract.ok, extract_lines(extract)
    else:
        report = verify_export(
            export, keys, BY_KIND, known, allow_sealed=allow_sealed, largest=_bytes(largest)
        )
        ok, told = report.ok, lines(report)
    for line in told:
        out.print(legible(line, LINE), markup=False)
    raise typer.Exit(0 if ok else 1)


@access.command("request")
def access_request(
    entitlement: Annotated[str, typer.Argument(help="What to ask for, by its id.")],
    duration: Annotated[str, typer.Option("--for", help="For how long, such as 30m.")],
    because: Annotated[str, typer.Option(help="Why; whoever decides reads it.")],
    ticket: Annotated[str | None, typer.Option(help="A ticket, where the rule wants one.")] = None,
    wait: Wait = False,
    timeout: Timeout = "4h",
    wrapped: Wrapped = False,
) -> None:
    """Ask for access. Prints the request's id, or with --wrapped a wrapping token for `bao unwrap`.

    DAYPASS_URL names Daypass, DAYPASS_TOKEN or DAYPASS_TOKEN_FILE a machine's token. With --wait: exit code 0
    granted, 3 denied, 4 lapsed, withdrawn or over, 5 no verdict in time, 130 interrupted; 1 is any error.
    """
    asked = {"entitlement": entitlement, "duration": duration, "justification": because, "ticket": ticket}
    _ask("access", asked, _seconds(timeout) if wait or wrapped else None, wrapped)


@access.command("wait")
def access_wait(
    request: Annotated[str, typer.Argument(help="The request's id.")],
    timeout: Timeout = "4h",
    wrapped: Wrapped = False,
) -> None:
    """Wait for what was asked for before; ends as `request --wait` does."""
    _wait_again("access", request, _seconds(timeout), wrapped)


@release.command("request")
def release_request(
    service: Annotated[str, typer.Argument(help="What is released, by its name in the bundle.")],
    version: Annotated[str, typer.Argument(help="Its version.")],
    note: Annotated[str, typer.Option(help="What changes; whoever decides reads it.")] = "",
    wait: Wait = False,
    timeout: Timeout = "8h",
) -> None:
    """Propose a release. Prints its id.

    DAYPASS_URL names Daypass, DAYPASS_TOKEN or DAYPASS_TOKEN_FILE a machine's token. With --wait: exit code 0
    live, 3 rejected, 4 lapsed, withdrawn or superseded, 5 no verdict in time, 130 interrupted; 1 is any error.
    """
    asked = {"service": service, "version": version, "note": note}
    _ask("release", asked, _seconds(timeout) if wait else None)


@release.command("wait")
def release_wait(
    release: Annotated[str, typer.Argument(help="The release's id.")], timeout: Timeout = "8h"
) -> None:
    """Wait for a release that was proposed before; ends as `request --wait` does."""
    _wait_again("release", release, _seconds(timeout))


@app.command()
def demo(
    tour: Annotated[
        bool, typer.Option(help="Play the whole story by itself and check that it is true.")
    ] = False,
    port: Annotated[int, typer.Option(help="Port of the page; 0 takes a free one.")] = 8330,
) -> None:
    """Start everything on this machine: OpenBao, PostgreSQL, Daypass, and a stand-in for Slack in the browser."""
    try:
        from bot.demo.run import run_demo, run_tour
    except ModuleNotFoundError as error:
        if error.name in ("bot.demo", "bot.demo.run"):
            _fail("The demo isn't part of the installed package. Clone the repository and run `make demo`.")
        _fail(f"The demo needs the package {error.name}. Run `make demo`, or install the extra “demo”.")
    raise typer.Exit(run_tour() if tour else run_demo(port))


def _ask(kind: str, asked: Mapping[str, str | None], patience: int | None, wrapped: bool = False) -> None:
    """Ask, and wait for the verdict if there is patience; ends the process by it."""
    from bot.cli.api_client import daypass

    with daypass() as api:
        id = str(api.post(_PATHS[kind], asked)["id"])
        if patience is None:
            out.print(id, markup=False)
            return
        _tell(f"{id} is asked for: {api.story(id)}")
        try:
            _wait(api, kind, id, patience, wrapped)
        except (Retryable, Permanent):
            _tell(_again(kind, id, wrapped))
            raise


def _wait_again(kind: str, id: str, patience: int, wrapped: bool = False) -> None:
    from bot.cli.api_client import daypass

    with daypass() as api:
        _wait(api, kind, id, patience, wrapped)


def _wait(api: "Daypass", kind: str, id: str, patience: int, wrapped: bool) -> NoReturn:
    """Wait for the verdict, and end the process by it. However that goes, what was asked for stays."""
    from bot.cli.api_client import Verdict
    from bot.cli.api_client import wait as wait_for

    try:
        path = f"{_PATHS[kind]}/{quote(id, safe='')}"
        verdict, found = wait_for(api, path, time.monotonic() + patience, _tell)
        if verdict is Verdict.NOT_IN_TIME:
            _tell(f"No verdict in time. It lapses at {found['lapses_at']}. {_again(kind, id, wrapped)}")
        handed = id
        if wrapped and verdict is Verdict.GRANTED:
            handed = api.post(f"grants/{id}/credentials")["wrapping_token"]
    except KeyboardInterrupt:
        _tell(f"Interrupted. {_again(kind, id, wrapped)}")
        raise typer.Exit(130) from None
    out.print(handed, markup=False)
    raise typer.Exit(verdict)


def _again(kind: str, id: str, wrapped: bool) -> str:
    return f"It stays asked; wait again with: daypass {kind} wait {id}{' --wrapped' if wrapped else ''}"


def _seconds(duration: str) -> int:
    try:
        return parse_duration(duration)
    except DurationError as error:
        raise typer.BadParameter(f"{error}.") from error


def _bytes(size: str) -> int:
    number, unit = size[:-1], "KMG".find(size[-1:].upper()) + 1
    if not (number.isdecimal() and unit):
        raise typer.BadParameter("Write a size as 512M or 8G.")
    return int(number) << 10 * unit


def _tell(sentence: str) -> None:
    """Progress goes where it doesn't mix with what is printed for programs; what others typed stays on its line."""
    typer.echo(legible(sentence, LINE), err=True)


def _values(given: list[str] | None) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in given or []]
    for name, sign, _ in pairs:
        if not sign:
            _fail(f"--value {name}: write it as NAME=TEXT.")
    return {name: text for name, _, text in pairs}


def _print_keys(keys: list[VerifierKey]) -> None:
    for key in keys:
        out.print(key.text, markup=False)


def _fail(sentence: str) -> NoReturn:
    for line in sentence.splitlines():
        sys.stderr.write(f"{line}\n")
    raise SystemExit(1)
