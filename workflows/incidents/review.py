"""The review document of an incident, as Markdown and as HTML: a pure function of its state and its log."""

import html
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from markdown_it import MarkdownIt

from workflows.incidents.state import Incident
from workflows.incidents.timeline import Line
from workflows.ports import Directory
from workflows.workflow import Actor

UNKNOWN = "unknown"
_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&])")
_STATUS = {
    "requested": "requested, not granted",
    "active": "active",
    "ending": "revoking…",
    "ended": "ended, confirmed by Vault",
    "refused": "not granted",
}


def markdown(state: Incident, lines: Sequence[Line], directory: Directory) -> str:
    """The document; what people typed is in it as text and formats nothing."""
    drill = "**This was a drill.**\n\n" if state.drill else ""
    private = "**Private: members only.**\n\n" if state.private else ""
    parts = [
        f"# {_plain(state.title)}\n\n{drill}{private}{_table(_facts(state, directory))}",
        f"## Summary\n\n{_plain(state.summary) if state.summary else 'No summary.'}",
        f"## Times\n\n{_table(_times(state))}",
        f"## Roles\n\n{_roles(state, directory)}",
        f"## Access used\n\n{_accesses(state, directory)}",
        f"## Playbook\n\n{_steps(state, directory)}",
        f"## Follow-ups\n\n{_follow_ups(state, directory)}",
        f"## Timeline (UTC)\n\n{_timeline(lines)}",
    ]
    return "\n\n".join(parts) + "\n"


def as_html(state: Incident, document: str) -> str:
    """The same as a page of its own. No script, no address outside it."""
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(document)
    return _PAGE.format(title=html.escape(state.title), body=body)


def file_name(state: Incident) -> str:
    """Without an ending."""
    return f"review-{state.number}-{state.rounds}"


def _facts(state: Incident, directory: Directory) -> list[tuple[str, str]]:
    by = (
        f"failed checks of release {_plain(state.release)}"
        if state.release
        else _name(state.owner, directory)
    )
    return [
        ("Incident", f"{_plain(state.id)} ({state.number})"),
        ("Severity", _plain(state.severity)),
        ("Service", _plain(state.service) if state.service else "none"),
        ("Declared by", by),
        *([("Merged incidents", ", ".join(map(_plain, state.merged)))] if state.merged else []),
    ]


def _times(state: Incident) -> list[tuple[str, str]]:
    return [
        ("Declared", _moment(state.declared_at)),
        ("Time to acknowledge", _took(state.declared_at, state.acknowledged_at)),
        ("Time to mitigate", _took(state.declared_at, state.mitigated_at)),
        ("Time to resolve", _took(state.declared_at, state.resolved_at)),
    ]


def _roles(state: Incident, directory: Directory) -> str:
    rows = [
        (
            _plain(role.title),
            _name(holder, directory) if (holder := state.holders.get(role.name)) else "nobody",
        )
        for role in state.terms.roles
    ]
    return _table(rows)


def _accesses(state: Incident, directory: Directory) -> str:
    if not state.accesses:
        return "None."
    rows = [
        (
            f"{_plain(one.entitlement)} ({_plain(one.id)})",
            f"{_name(one.person, directory)}, {_plain(one.role)}: {_STATUS[one.status]}"
            + (f" ({_plain(one.trouble)})" if one.trouble else ""),
        )
        for one in state.accesses
    ]
    return _table(rows)


def _steps(state: Incident, directory: Directory) -> str:
    if state.playbook is None:
        return "None."
    rows = []
    for terms in state.playbook.steps:
        step = state.step(terms.name)
        assert step is not None
        by = f" by {_name(step.by, directory)}" if step.by else ""
        note = f". {_plain(step.note)}" if step.note else ""
        rows.append((_plain(terms.title), f"{'open' if step.status == 'waiting' else step.status}{by}{note}"))
    return f"{_plain(state.playbook.title)}\n\n{_table(rows)}"


def _follow_ups(state: Incident, directory: Directory) -> str:
    if not state.follow_ups:
        return "None."
    return _table(
        [
            (
                _plain(one.what),
                f"{_name(one.owner, directory)}, "
                f"{f'due {one.due.isoformat()}' if one.due else 'no due date'}, {'done' if one.done else 'open'}",
            )
            for one in state.follow_ups
        ]
    )


def _timeline(lines: Sequence[Line]) -> str:
    return "\n".join(
        f"- {line.at:%Y-%m-%d %H:%M:%S} {_plain(line.text)}"
        + (f": “{_plain(line.said)}” ({_plain(line.author)})" if line.said else "")
        for line in lines
    )


def _took(begin: datetime, end: datetime | None) -> str:
    """A milestone that was never reached is unknown, not zero."""
    if end is None:
        return UNKNOWN
    return spell_time(end - begin)


def spell_time(took: timedelta) -> str:
    """Hours, minutes and seconds."""
    seconds = int(took.total_seconds())
    hours, minutes = seconds // 3600, seconds // 60 % 60
    parts = [(hours, "h"), (minutes, "min"), (seconds % 60, "s")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 s"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _name(person: str, directory: Directory) -> str:
    return "Daypass" if Actor(person).is_daypass else _plain(directory.name_of(person))


def _plain(typed: str) -> str:
    """One line in which Markdown formats nothing."""
    return _MARKS.sub(r"\\\1", " ".join(typed.split()))


def _table(rows: Sequence[tuple[str, str]]) -> str:
    return "\n".join(["| | |", "|---|---|", *(f"| {left} | {right} |" for left, right in rows)])


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; color: #1d1c1d; }}
table {{ border-collapse: collapse; width: 100%; }}
thead {{ display: none; }}
td {{ border-bottom: 1px solid #ddd; padding: .3rem .6rem .3rem 0; vertical-align: top; }}
td:first-child {{ color: #555; width: 40%; }}
li {{ margin: .2rem 0; overflow-wrap: anywhere; }}
</style>
</head>
<body>
{body}</body>
</html>
"""
