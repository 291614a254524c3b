"""What an approver types of an approval for less, and what of it is shown, signed and sent."""

from dataclasses import dataclass

from bot.web.console.signatures import Unreadable
from workflows.access.commands import ReviewAccess
from workflows.access.conditions import MAX_CONDITION_CHARS
from workflows.access.decide_conditions import limits_refusal, taken_off
from workflows.access.state import Access
from workflows.durations import MAX_DURATION_SECONDS, DurationError, parse_duration
from workflows.text import storable

MAX_DURATION_CHARS = 40
MAX_SENT_CHARS = 4 * MAX_CONDITION_CHARS
"""Of a condition as it is typed, so that one that is too long is told of its length."""


class NotLess(Exception):
    """It isn't an approval for less; the message says why, to the approver."""


@dataclass(frozen=True)
class ForLess:
    """The seconds, where they are fewer than was shown, and the condition, where there is one."""

    seconds: int | None = None
    condition: str | None = None

    @classmethod
    def sent(cls, seconds: str, condition: str) -> "ForLess":
        """Read what a page's form sends back of it. Raises Unreadable."""
        if seconds and not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 9):
            raise Unreadable
        if int(seconds or 1) not in range(1, MAX_DURATION_SECONDS + 1):
            raise Unreadable
        return cls(int(seconds) if seconds else None, storable(condition[:MAX_SENT_CHARS]) or None)

    def of(self, verdict: str) -> tuple[int | None, str | None]:
        """What is taken off by this verdict: a denial gives nothing that could be less."""
        return (self.seconds, self.condition) if verdict == "approve" else (None, None)


ALL = ForLess()
"""An approval of all that is shown."""


def read_less(state: Access, duration: str, condition: str) -> ForLess:
    """Read what was typed, as it would be signed. Raises NotLess, with the sentence for the approver."""
    try:
        seconds = parse_duration(duration[:MAX_DURATION_CHARS])
    except DurationError as error:
        raise NotLess(f"{error}.") from error
    typed = storable(condition[:MAX_SENT_CHARS])
    command = ReviewAccess(
        state.id, "approve", state.digest, state.terms.digest, seconds=seconds, condition=typed
    )
    if refusal := limits_refusal(state, command):
        raise NotLess(refusal.sentence)
    return ForLess(*taken_off(state, command))
