"""`daypass run`: a program with a login in its environment."""

from typing import Annotated

import typer

from daypass.cli.asking import GivenInputs, Ticket, Timeout, seconds
from daypass.cli.calling import calling, verdicts
from daypass.cli.output import agree, tell


def run(
    entitlement: Annotated[str, typer.Argument(help="What the program needs, such as warehouse.")],
    command: Annotated[list[str], typer.Argument(help="The program and its arguments, after --.")],
    duration: Annotated[
        str | None, typer.Option("--for", help="How long, such as 30m, if it has to be requested.")
    ] = None,
    because: Annotated[
        str | None, typer.Option(help="Why, if it has to be requested; approvers read this.")
    ] = None,
    ticket: Ticket = None,
    given: GivenInputs = None,
    timeout: Timeout = "4h",
    keep: Annotated[
        bool,
        typer.Option("--keep", help="Leave the access until its end, for a program that returns at once."),
    ] = False,
) -> None:
    """Run a program with a login in its environment, such as: daypass run warehouse -- psql

    Uses access that you have. Otherwise give --for and --because: it is requested and waited for, and given back when
    the program ends. The login is nowhere but in the program's environment. The exit code is the program's; before it
    starts: 3 denied, 4 expired or withdrawn, 5 no decision in time, 130 interrupted, 1 any error.
    """
    from daypass.child import Stopped, stoppable
    from daypass.grants import Wish
    from daypass.inputs import read_inputs
    from daypass.run import run as run_with_login
    from daypass.settings import shares_folder

    patience, accepting = seconds(timeout), agree()
    try:
        with stoppable(), calling() as api, verdicts():
            wish = Wish(entitlement, duration, because, ticket, patience, read_inputs(given or []), accepting)
            code = run_with_login(api, wish, command, tell, keep, shares_folder())
    except Stopped as stopped:
        raise typer.Exit(stopped.code) from None
    except KeyboardInterrupt:
        tell(
            "Interrupted. A request that is pending stays so: run the same command again to go on waiting, "
            f"or daypass access withdraw {entitlement}"
        )
        raise typer.Exit(130) from None
    raise typer.Exit(code)
