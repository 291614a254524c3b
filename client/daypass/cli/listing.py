"""Lists of access, for people as a table and for programs as JSON; what others typed stays on one line."""

import json
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from daypass.accepting import waits_for_caller
from daypass.cli.output import out, tell
from daypass.inputs import spell_inputs
from daypass.text import at, one_line

_MAX_CELL_CHARS = 80
_WIDE = 200
"""Characters of a line that no terminal shows."""


def print_own(requests: list[dict[str, Any]], as_json: bool) -> None:
    """Print the caller's access and pending requests."""
    if as_json:
        out.print_json(json.dumps({"items": requests}))
        return
    if not requests:
        tell(
            "You have no access now, and no request is pending. See what you can request: daypass access available. "
            'Then: daypass access request NAME --for 1h --because "…"'
        )
        return
    table = _table("Access", "Status", "Until", "Id")
    for one in requests:
        _add(table, f"{one['entitlement']}{spell_inputs(one)}", _status(one), _until(one), one["id"])
    _print(table)


def print_ids(kit: dict[str, Any]) -> None:
    """Print the id of each request of a kit, and say what the policy refused of it."""
    for one in kit["requests"]:
        out.print(one["id"], markup=False)
        tell(f"{one['id']}: {one_line(one['title'], _MAX_CELL_CHARS)}, {one['status']}")
    for one in kit["refused"]:
        tell(
            f"The policy refused {one_line(one['entitlement'], _MAX_CELL_CHARS)} ({one_line(one['code'], 60)})."
        )


def print_available(offers: list[dict[str, Any]], as_json: bool) -> None:
    """Print what the caller can request."""
    if as_json:
        out.print_json(json.dumps({"items": offers}))
        return
    if not offers:
        tell("You can't request access yet. Ask Daypass's operators to add you to a group.")
        return
    table = _table("Name", "What it is", "Risk", "Maximum", "Asks for")
    for one in offers:
        asks_for = ", ".join(f"--input {need['name']}=…" for need in one.get("needs", {}).get("inputs", []))
        _add(table, one["id"], one["name"], one["risk"], one["max_duration"], asks_for)
    _print(table)


def _status(one: dict[str, Any]) -> str:
    waits = ", ".join(sorted(one["waits_for"].values()))
    if waits_for_caller(one):
        return "Waiting for you to accept"
    names = {"active": "Active", "ending": "Revoking…", "scheduled": "Approved, starts later"}
    return f"Waiting for {waits}" if waits else names.get(one["status"], str(one["status"]).capitalize())


def _until(one: dict[str, Any]) -> str:
    if one["grant"] is None:
        return f"expires {at(one['lapses_at'])}"
    return at(one["grant"]["works_until"] or one["grant"]["ends_at"])


def _print(table: Table) -> None:
    (out if out.is_terminal else Console(width=_WIDE)).print(table, soft_wrap=False)


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold", no_wrap=name in ("Id", "Name"))
    return table


def _add(table: Table, *cells: Any) -> None:
    table.add_row(*(Text(one_line(str(cell), _MAX_CELL_CHARS)) for cell in cells))
