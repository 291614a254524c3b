"""The commands, by themselves or as a part of the server's command line."""

import typer

from daypass.cli.access import access
from daypass.cli.document import document
from daypass.cli.output import fail
from daypass.cli.release import release
from daypass.cli.run import run
from daypass.cli.session import login, logout, whoami
from daypass.errors import DaypassError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)


def join(commands: typer.Typer) -> None:
    """Add all commands of this package."""
    commands.command()(login)
    commands.command()(logout)
    commands.command()(whoami)
    commands.command()(run)
    commands.add_typer(access, name="access")
    commands.add_typer(release, name="release")
    commands.add_typer(document, name="document")


join(app)


@app.callback()
def describe() -> None:
    """Get temporary access, and use it for as long as you need it."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; what goes wrong is one clear sentence, not a traceback."""
    try:
        app(args=arguments)
    except DaypassError as error:
        fail(str(error))
