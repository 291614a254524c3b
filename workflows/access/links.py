"""Links that fill in a request: read from their parameters, and turned into the line that somebody could have typed.

A link asks for nothing. Whatever stands in it is shown to whoever follows it, as text in one line, and what it says that
isn't allowed is named instead of being filled in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from workflows.durations import DurationError, parse_duration
from workflows.policy.bundle import Entitlement
from workflows.policy.evaluation.inputs import read_inputs
from workflows.text import one_line

ENTITLEMENT, DURATION, REASON, TICKET = "entitlement", "for", "because", "ticket"
OWN = (ENTITLEMENT, DURATION, REASON, TICKET)
"""Parameters of every link; all others are inputs, by name."""
MAX_REASON_CHARS = 1_000
MAX_TICKET_CHARS = 200
MAX_OTHERS = 12
"""Parameters that are looked at besides."""
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"), (1, "s"))


@dataclass(frozen=True)
class FilledIn:
    """What a link fills in, and a sentence for each part of it that can't be."""

    entitlement: Entitlement
    seconds: int
    because: str = ""
    ticket: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """What to type behind `/access` for the same."""
        inputs = [f"{name}={value}" for name, value in self.inputs.items()]
        ticket = ["ticket", self.ticket] if self.ticket else []
        because = ["because", self.because] if self.because else []
        return " ".join([self.entitlement.id, _compact(self.seconds), *inputs, *ticket, *because])


def read_link(given: Mapping[str, str], entitlement: Entitlement) -> FilledIn:
    """Read a link's parameters for the entitlement that it names."""
    seconds, faults = entitlement.rule.default, []
    if typed := given.get(DURATION, "").strip():
        try:
            seconds = parse_duration(typed)
        except DurationError as error:
            faults.append(f"{error}.")
    others = {name: value for name, value in given.items() if name not in OWN and value.strip()}
    reading = read_inputs(entitlement.inputs, dict(list(others.items())[:MAX_OTHERS]))
    faults += [problem.sentence for problem in reading.problems if problem.code != "input-missing"]
    ticket = one_line(given.get(TICKET, ""), MAX_TICKET_CHARS)
    return FilledIn(
        entitlement=entitlement,
        seconds=seconds,
        because=one_line(given.get(REASON, ""), MAX_REASON_CHARS),
        ticket=ticket if " " not in ticket else "",
        inputs={name: value for name, value in reading.values.items() if name in others},
        faults=tuple(faults),
    )


def named_in(given: Mapping[str, str], entitlements: Mapping[str, Entitlement]) -> Entitlement | None:
    """The entitlement that a link names by its id or an alias; None if there is none."""
    name = given.get(ENTITLEMENT, "").strip().casefold()
    return next((one for one in entitlements.values() if name in (one.id, *one.aliases)), None)


def _compact(seconds: int) -> str:
    """As one word, such as `90m`."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    return f"{seconds // size}{unit}"
