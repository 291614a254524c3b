"""What Slack's refusals are to those who called: exceptions that say whether to try again, and how long to wait."""

from integrations.slack.error_codes import Meaning, meaning_of
from workflows.ports import Permanent, Retryable


class Limited(Retryable):
    """Slack asks to wait for `pause` seconds."""

    def __init__(self, pause: float) -> None:
        super().__init__(f"Slack asks to wait for {pause:g} s before the next call.")
        self.pause = pause


class NotSent(Limited):
    """Nothing was sent: the call has to wait for its turn, `pause` seconds."""


class SlackRefused(Exception):
    """Slack answered with a word, `error`; `needed` is the scope that it says is missing."""

    def __init__(self, method: str, error: str, needed: str = "", sentence: str = "") -> None:
        wanted = f" (it needs the scope {needed})" if needed else ""
        super().__init__(sentence or f"Slack refused {method}: {error}{wanted}.")
        self.method = method
        self.error = error
        self.needed = needed

    @property
    def meaning(self) -> Meaning:
        return meaning_of(self.method, self.error)


class Declined(SlackRefused, Permanent):
    """Trying again changes nothing; the caller goes another way."""


class OutOfOrder(SlackRefused, Retryable):
    """Slack takes nothing from this token, or doesn't let the app call this method, until somebody mends that."""


ATTEMPTS = 3_000
"""That are worth it for what one channel or one call is refused: about a day, half a minute apart."""


class ChannelRefused(SlackRefused, Retryable):
    """This channel can't be used until somebody mends that; others can."""

    attempts = ATTEMPTS


class PersonRefused(SlackRefused, Retryable):
    """This person can't be reached; others can."""

    attempts = ATTEMPTS


class Unclear(SlackRefused, Retryable):
    """Slack doesn't take what was sent, or answers with a word that Daypass doesn't know."""

    attempts = ATTEMPTS


_KINDS: dict[Meaning, type[SlackRefused]] = {
    Meaning.FINAL: Declined,
    Meaning.TOKEN: OutOfOrder,
    Meaning.METHOD: OutOfOrder,
    Meaning.CHANNEL: ChannelRefused,
    Meaning.PERSON: PersonRefused,
    Meaning.MALFORMED: Unclear,
    Meaning.UNKNOWN: Unclear,
}


def refusal(
    method: str, word: str, status: int = 200, retry_after: float = 1.0, needed: str = ""
) -> Retryable | SlackRefused:
    """The exception for Slack's answer; `retry_after` are the seconds of its Retry-After header."""
    meaning = meaning_of(method, word)
    if status == 429 or meaning is Meaning.LIMITED:
        return Limited(max(retry_after, 0.1))
    if status >= 500 or not word or meaning is Meaning.PASSING:
        return Retryable(f"Slack failed at {method} ({word or status}).")
    return _KINDS[meaning](method, word, needed)
