"""Lines to paste: each gets the login from Vault when it runs, and uses it, so that nobody types or keeps a secret.

The token is in the environment of the one command that uses it up: no stale ~/.vault-token is asked, no other user of the
computer sees it in a list of processes, and what stays in the shell's history is worth nothing. In bash and zsh alike.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from shlex import quote

from workflows.policy.schema.connect import Connection

_FIELD = re.compile(r"<([A-Za-z][\w-]*)>")
_FUNCTION = """daypass_field() { printf '%s\\n' "$daypass_login" | sed -n "s/^$1  *//p"; }"""
"""A field of the table that the command prints, whatever its value has in it."""
_PROGRAMS = {"postgresql": "psql", "mysql": "mysql --user=<MYSQL_USER> <MYSQL_DATABASE>"}
"""What each kind is used with in a terminal; `<NAME>` stands for a variable of the connection."""
_DRIVERS = {"postgresql": ("psycopg2", "psycopg"), "mysql": ("MySQLdb", "pymysql")}
"""By database: SQLAlchemy's own choice of a driver, and the other one."""


@dataclass(frozen=True)
class Handed:
    """What a window hands over: Vault's address, the token that works once there, and how to connect."""

    vault_addr: str
    token: str
    connection: Connection


def program_of(connection: Connection) -> str:
    """The program's name that goes with this kind of connection; empty if there is none."""
    return _PROGRAMS.get(connection.kind, "").partition(" ")[0]


def program_line(handed: Handed) -> str:
    """Start the program that goes with the kind of connection; empty if there is none."""
    program = _PROGRAMS.get(handed.connection.kind, "")
    if not program:
        return ""
    variables = handed.connection.environment
    for name in _FIELD.findall(program):
        program = program.replace(f"<{name}>", _in_shell(variables[name]))
    return f"({_got(handed)} && {' '.join(_assignments(handed.connection))} {program})"


def variables_line(handed: Handed) -> str:
    """Set the variables in the shell at hand; empty if there are none."""
    if not handed.connection.environment:
        return ""
    exported = " ".join(_assignments(handed.connection))
    return f"{_got(handed)} && export {exported}; unset daypass_login; unset -f daypass_field"


def python_line(handed: Handed) -> str:
    """Make an engine of SQLAlchemy's; empty without a database."""
    unwrap = f"{handed.vault_addr.rstrip('/')}/v1/sys/wrapping/unwrap"
    got = (
        f'login = json.load(urllib.request.urlopen(urllib.request.Request({unwrap!r}, method="PUT", '
        f'headers={{"X-Vault-Token": {handed.token!r}}})))["data"]'
    )
    url = handed.connection.url
    if url is None:
        return ""
    scheme, _, rest = url.partition("://")
    parts = [*_python_parts(rest)]
    return (
        "import json, sqlalchemy, importlib.util, urllib.parse, urllib.request; "
        f'{got}; db = sqlalchemy.create_engine({_driver(scheme)} + "://" + {" + ".join(parts)})'
    )


def unwrap_lines(handed: Handed) -> tuple[str, str]:
    """Show the login itself, with OpenBao's command and with Vault's."""
    where = f"unwrap -address={quote(handed.vault_addr)}"
    return f"BAO_TOKEN={handed.token} bao {where}", f"VAULT_TOKEN={handed.token} vault {where}"


def _got(handed: Handed) -> str:
    """Unwrap once, with whichever command there is, and keep what it prints in a variable."""
    asked = f"unwrap -address={quote(handed.vault_addr)} -format=table"
    unwrap = f"VAULT_TOKEN=$BAO_TOKEN $(command -v bao || echo vault) {asked}"
    return f"daypass_login=$(export BAO_TOKEN={handed.token}; {unwrap}) && {_FUNCTION}"


def _assignments(connection: Connection) -> Iterator[str]:
    for name, template in connection.environment.items():
        yield f"{name}={_in_shell(template)}"


def _in_shell(template: str) -> str:
    """The template as one word of a shell; its fields are got when the line runs."""
    pieces = _FIELD.split(template)
    words = [
        f'"$(daypass_field {piece})"' if number % 2 else quote(piece)
        for number, piece in enumerate(pieces)
        if piece
    ]
    return "".join(words)


def _python_parts(template: str) -> Iterator[str]:
    for number, piece in enumerate(_FIELD.split(template)):
        if piece:
            yield f'urllib.parse.quote(login["{piece}"], safe="")' if number % 2 else repr(piece)


def _driver(scheme: str) -> str:
    usual, other = _DRIVERS.get(scheme, ("", ""))
    return (
        f'("{scheme}" if importlib.util.find_spec("{usual}") else "{scheme}+{other}")'
        if usual
        else repr(scheme)
    )
