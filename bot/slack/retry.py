"""What becomes of a message that Slack refuses: when it is tried again, alarmed about, and given up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.slack import texts
from integrations.slack.error_codes import Meaning
from integrations.slack.errors import Limited, SlackRefused
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.outbox import Later, Never, Result
from workflows.ports import Permanent, Retryable
from workflows.system.alarms import RaiseAlarm, alarm_id

WORD_ALARM = "slack-word:"
"""What the keys of alarms about a word begin with."""


@dataclass(frozen=True)
class Patience:
    """How long a message is tried: at most so many seconds apart, until it is alarmed about, until it is given up."""

    longest_seconds: float
    alarm_after: timedelta | None = None
    give_up_after: timedelta | None = None


RETRY_PLANS: Mapping[Meaning, Patience] = {
    Meaning.TOKEN: Patience(60.0),
    Meaning.METHOD: Patience(60.0),
    Meaning.CHANNEL: Patience(300.0, give_up_after=timedelta(days=7)),
    Meaning.PERSON: Patience(900.0, give_up_after=timedelta(days=1)),
    Meaning.MALFORMED: Patience(600.0, timedelta(minutes=10), timedelta(days=1)),
    Meaning.UNKNOWN: Patience(600.0, timedelta(hours=1), timedelta(days=1)),
}
"""By what Slack's word means. That the token or a channel is refused is alarmed about by whoever watches Slack."""

FIRST_PAUSE_SECONDS = 1.0
_URGENT = {Meaning.TOKEN: 0, Meaning.METHOD: 0, Meaning.UNKNOWN: 1, Meaning.MALFORMED: 1, Meaning.CHANNEL: 2}


def leading(errors: Iterable[Exception]) -> Exception | None:
    """The one of several failures by which all are tried again: the one that is soonest over."""
    return min(errors, key=_rank, default=None)


def result_of(
    effect: ClaimedEffect,
    error: Retryable | Permanent,
    now: datetime,
    pace: float = 1.0,
    forever: bool = False,
) -> Result:
    """What became of an attempt that failed so. `pace` is a factor on every time; `forever` it is never given up."""
    if isinstance(error, Permanent):
        return Never(str(error))
    if not isinstance(error, SlackRefused):
        return Later(str(error), pause=error.pause)
    patience = RETRY_PLANS[error.meaning]
    age = (now - (effect.since or now)) / pace
    over = patience.give_up_after is not None and age >= patience.give_up_after and not forever
    alarmed = patience.alarm_after is not None and age >= patience.alarm_after
    command = _alarm(error, over) if alarmed else None
    if over:
        return Never(str(error), command)
    return Later(str(error), command, _pause(effect.attempts, error, patience, pace))


def word_of(key: str) -> tuple[str, str] | None:
    """The method and the word that an alarm of this key is about; None if it is about something else."""
    method, _, word = key.removeprefix(WORD_ALARM).partition("/")
    return (method, word) if key.startswith(WORD_ALARM) and word else None


def _pause(attempts: int, error: Retryable, patience: Patience, pace: float) -> float:
    """A place that is left alone for a while is tried when that is over."""
    if error.pause is not None:
        return max(error.pause, 0.05)
    return pace * min(patience.longest_seconds, FIRST_PAUSE_SECONDS * 2.0 ** min(attempts - 1, 12))


def _alarm(error: SlackRefused, over: bool) -> RaiseAlarm:
    key = f"{WORD_ALARM}{error.method}/{error.error}"
    happens = texts.GIVEN_UP if over else texts.TRYING
    sentence = texts.REFUSING.format(method=error.method, error=error.error, happens=happens)
    return RaiseAlarm(alarm_id(key), key, sentence)


def _rank(error: Exception) -> tuple[int, float]:
    if isinstance(error, SlackRefused):
        return _URGENT.get(error.meaning, 3), getattr(error, "pause", None) or 0.0
    if isinstance(error, Limited):
        return 0, error.pause or 0.0
    return (0, 0.0) if isinstance(error, Retryable) else (4, 0.0)
