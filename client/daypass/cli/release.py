"""`daypass release`: propose releases from a pipeline and wait for the verdict."""

from typing import Annotated

import typer

from daypass.cli.asking import Timeout, Wait, ask, seconds, wait
from daypass.cli.calling import calling

release = typer.Typer(no_args_is_help=True, help="Propose releases from a pipeline, through the API.")


@release.command("request")
def request(
    service: Annotated[str, typer.Argument(help="Service to release, by its name in the bundle.")],
    version: Annotated[str, typer.Argument(help="Version to release.")],
    note: Annotated[str, typer.Option(help="What changes; approvers read this.")] = "",
    wait: Wait = False,
    timeout: Timeout = "8h",
) -> None:
    """Propose a release. Prints its id.

    Set DAYPASS_URL, and DAYPASS_TOKEN or DAYPASS_TOKEN_FILE to a machine's token. Exit codes with --wait: 0
    live, 3 rejected, 4 expired, withdrawn or superseded, 5 still pending, 130 interrupted; 1 is any error.
    """
    patience = seconds(timeout) if wait else None
    with calling() as api:
        ask(api, "release", {"service": service, "version": version, "note": note}, patience)


@release.command("wait")
def wait_again(
    release: Annotated[str, typer.Argument(help="Id of the release.")], timeout: Timeout = "8h"
) -> None:
    """Wait for an earlier release. Exit codes as for `request --wait`."""
    patience = seconds(timeout)
    with calling() as api:
        wait(api, "release", release, patience)
