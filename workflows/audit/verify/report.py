"""What came of verifying an export, and how it is told to a person."""

from dataclasses import dataclass
from datetime import datetime

from workflows.audit.verify.cosigned import Cosigned, cosigned_lines
from workflows.audit.verify.stories import Stories

_SHOWN = 40


@dataclass(frozen=True)
class Report:
    """What came out. `problems` are sentences; without any, what was checked is as it was signed.

    `sealed` events stand there as their hashes alone, and are a problem unless they were `allowed`.
    `unknown_signers` signed too, but with keys that were not given: their lines prove nothing here.
    """

    size: int
    root: bytes
    checkpoints: int
    texts: int
    erased: int
    sealed: int
    stories: Stories
    seen: int
    last_event_at: datetime | None
    last_checkpoint_at: datetime | None
    unknown_signers: tuple[str, ...]
    problems: tuple[str, ...]
    allowed: bool = False
    cosigned: Cosigned | None = None
    """None: no witnesses were given."""

    @property
    def ok(self) -> bool:
        return not self.problems and (self.allowed or not self.sealed)


def lines(report: Report) -> list[str]:
    """The report for a person, worst first."""
    more = len(report.problems) - _SHOWN
    return [
        _verdict(report),
        *(f"- {problem}" for problem in report.problems[:_SHOWN]),
        *([f"- … and {more} more of the kind."] if more > 0 else []),
        f"{report.size} events, last one at {_moment(report.last_event_at)}; root {report.root.hex()}.",
        f"{report.checkpoints} checkpoints verified, last one signed at {_moment(report.last_checkpoint_at)}.",
        *(cosigned_lines(report.cosigned, report.size) if report.cosigned else []),
        f"{report.texts} texts match their commitments, {report.erased} were erased.",
        f"{report.stories.replayed} stories replayed from the first event on, {report.stories.left_out} not.",
        *(
            [f"{report.sealed} events are sealed: of them only the hashes were verified."]
            if report.sealed
            else []
        ),
        *(
            []
            if report.seen
            else ["No checkpoint seen elsewhere was given (--seen): another history could have been signed."]
        ),
        *(f"Also signed by {name}, whose key was not given: not checked." for name in report.unknown_signers),
    ]


def _verdict(report: Report) -> str:
    """The first line says whole only of what was checked, and how much was not."""
    sealed = f"{report.sealed} of {report.size} events are sealed"
    if report.problems:
        return f"The log does NOT verify.{f' {sealed}.' if report.sealed else ''}"
    if not report.ok:
        return f"The log is NOT verified in full: {sealed}. If that was agreed, add --allow-sealed."
    if report.sealed:
        return f"The log is what was signed, but {sealed}: nobody has checked what they say."
    return "The log is whole: it is what was signed."


def _moment(moment: datetime | None) -> str:
    return moment.isoformat(sep=" ", timespec="seconds") if moment else "an unknown time"
