"""`daypass login`, `daypass logout` and `daypass whoami`."""

from typing import Annotated

import typer

from daypass.cli.output import out, tell


def login(
    url: Annotated[
        str | None, typer.Argument(help="Daypass's address; DAYPASS_URL or the last one otherwise.")
    ] = None,
    device: Annotated[
        bool, typer.Option("--device", help="Sign in with a code on another device, without a browser here.")
    ] = False,
) -> None:
    """Sign in as yourself, for up to 8 hours, through your company's sign-in page."""
    from daypass.addresses import site
    from daypass.login import log_in
    from daypass.settings import open_sessions, read_url

    sessions = open_sessions()
    log_in(sessions, site(url, "The address") if url else read_url(sessions), tell, by_code=device)


def logout() -> None:
    """Sign out: end your session on this computer and at Daypass."""
    from daypass.login import log_out
    from daypass.settings import open_sessions, read_url

    sessions = open_sessions()
    log_out(sessions, read_url(sessions), tell)


def whoami() -> None:
    """Show who you are to Daypass, and until when."""
    from daypass.catalog import whoami as ask
    from daypass.cli.calling import calling
    from daypass.text import at

    with calling() as api:
        found = ask(api)
    email = f" ({found['email']})" if found.get("email") else ""
    out.print(f"{found['name']}{email} at {api.site}, until {at(found['expires_at'])}", markup=False)
