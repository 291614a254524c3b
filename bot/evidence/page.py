"""The pack's page to read: one HTML file without scripts, which loads nothing."""

from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.web.console.templating import moment
from workflows.audit.tlog.checkpoint import read_body
from workflows.audit.tlog.note import read_note
from workflows.durations import spell_duration
from workflows.queries.evidence.controls import Control
from workflows.queries.evidence.evidence import Evidence

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(evidence: Evidence, company: str, by: str) -> bytes:
    """Write it. `by` says who made the pack."""
    last = evidence.gathered.last
    return (
        _TEMPLATES.get_template("evidence.html")
        .render(
            evidence=evidence,
            history=evidence.gathered.history,
            period=evidence.period,
            company=company,
            maker=_maker(evidence, by),
            moment=moment,
            newest=read_body(read_note(last.own.encode()).body),
            figures=[*_figures(evidence)],
            exceptions=lambda control: _exceptions(evidence, control),
        )
        .encode()
    )


def _maker(evidence: Evidence, by: str) -> str:
    history = evidence.gathered.history
    return history.names([by]) if by in history.directory.people else by


def _exceptions(evidence: Evidence, control: Control) -> int:
    return sum(len(evidence.of(name).found.exceptions) for name in control.checks)


def _figures(evidence: Evidence) -> Iterator[tuple[str, str]]:
    found, releases, incidents = (
        evidence.gathered.access,
        evidence.gathered.releases,
        evidence.gathered.incidents,
    )
    decisions = found.decisions
    yield from (
        ("Access requests", str(decisions.requested)),
        ("Approved by people", str(decisions.approved)),
        ("Approved automatically by policy", str(decisions.automatic)),
        ("Denied", str(decisions.denied)),
        ("Withdrawn", str(decisions.withdrawn)),
        ("Expired: no response", str(decisions.expired)),
        ("Pending", str(decisions.waiting)),
        ("Taken without approval", str(found.break_glass.taken)),
        ("Grants never used", f"{found.holding.unused} of {found.holding.over}"),
    )
    if decisions.decided.count:
        yield "Time to decide, half within", spell_duration(int(decisions.decided.middle))
    yield from (
        ("Releases proposed", str(releases.proposed)),
        ("Releases that went live", str(releases.live)),
        ("Releases rolled back", str(releases.rolled_back)),
        ("Incidents declared", str(incidents.declared)),
        ("Drills", str(incidents.drills)),
    )
