"""How Daypass stands with Slack, as its answers tell: what is out of order, and when that is over."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from integrations.slack.error_codes import Meaning
from integrations.slack.errors import OutOfOrder

UNREACHABLE_SECONDS = 10.0
"""For which every call has to have failed until Slack counts as away."""
FAILED_CALLS = 3
"""How many calls have to have failed in that time."""
METHOD_FAULT_SECONDS = 900.0
"""For which a method counts as refused after Slack last said so: what only people's clicks call may be mended unseen."""

ADD_THE_SCOPE = (
    "Add it to the app under OAuth & Permissions, reinstall the app, and give Daypass the new token."
)
REMEDIES = {
    "token_expired": "Put a token into SLACK_BOT_TOKEN that doesn't expire (token rotation off), and restart Daypass.",
    "missing_scope": ADD_THE_SCOPE,
}
OTHERWISE = "Install the app again, put its bot token into SLACK_BOT_TOKEN, and restart Daypass."
AN_ADMIN = "A Slack administrator has to allow it."


@dataclass(frozen=True)
class _Away:
    since: float
    calls: int
    why: str


class ApiStatus:
    """Hears of every call's outcome. `changed` is told when something breaks or is mended."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.changed: Callable[[], None] = lambda: None
        self._monotonic = monotonic
        self._token: OutOfOrder | None = None
        self._methods: dict[str, tuple[OutOfOrder, float]] = {}
        """What the app may not call, and when Slack last said so."""
        self._away: _Away | None = None
        self._restored = False
        self.heard_at: float | None = None
        """When Slack last answered, on the monotonic clock."""

    def worked(self, method: str) -> None:
        """A call did what it should."""
        if self._methods.pop(method, None):
            self._mended()
        self._answered()

    def granted(self, scopes: Collection[str]) -> None:
        """What the token may do, as Slack says beside its answers: a scope that was missing may be there now."""
        for method, (refusal, _) in list(self._methods.items()):
            if refusal.needed and refusal.needed in scopes:
                del self._methods[method]
                self._mended()

    def refused(self, refusal: Exception) -> None:
        """A call was refused with a word."""
        if isinstance(refusal, OutOfOrder) and refusal.meaning is Meaning.TOKEN:
            known, self._token, self._away = self._token, refusal, None
            self.heard_at = self._monotonic()
            if known is None:
                self.changed()
            return
        if isinstance(refusal, OutOfOrder):
            is_new = refusal.method not in self._methods
            self._methods[refusal.method] = (refusal, self._monotonic())
            if is_new:
                self.changed()
        self._answered()

    def failed(self, why: str) -> None:
        """Slack could not be reached, or failed itself."""
        away = self._away or _Away(self._monotonic(), 0, why)
        self._away = _Away(away.since, away.calls + 1, why)

    def take_restored(self) -> bool:
        """Whether something was mended since this was last asked."""
        restored, self._restored = self._restored, False
        return restored

    @property
    def fault(self) -> str | None:
        """What an operator has to mend: the token, or what the app may do. None if nothing."""
        if self._token:
            remedy = REMEDIES.get(self._token.error, OTHERWISE)
            return (
                f"Slack refuses Daypass's token ({self._token.error}), so nobody sees or decides anything in Slack. "
                f"{remedy} Daypass tries again by itself."
            )
        since = self._monotonic() - METHOD_FAULT_SECONDS
        lasting = [refusal for _, (refusal, at) in sorted(self._methods.items()) if at >= since]
        return " ".join(map(_sentence, lasting)) or None

    @property
    def away(self) -> str | None:
        """That Slack is away or fails, once it has lasted; None if it answers."""
        away = self._away
        if not away or away.calls < FAILED_CALLS or self._monotonic() - away.since < UNREACHABLE_SECONDS:
            return None
        return (
            f"Slack doesn't answer as it should ({away.why}). Daypass tries again and catches up by itself."
        )

    @property
    def reason(self) -> str | None:
        """Why Slack can't be worked with now; None if it can."""
        return self.fault or self.away

    def _answered(self) -> None:
        was_away = self.away is not None
        self._away = None
        self.heard_at = self._monotonic()
        if self._token or was_away:
            self._token = None
            self._mended()

    def _mended(self) -> None:
        self._restored = True
        self.changed()


def _sentence(refusal: OutOfOrder) -> str:
    if refusal.needed:
        return (
            f"Slack refuses {refusal.method} ({refusal.error}): the app lacks the scope {refusal.needed}. "
            f"{ADD_THE_SCOPE}"
        )
    remedy = REMEDIES.get(refusal.error, AN_ADMIN)
    return f"Slack refuses {refusal.method} ({refusal.error}). {remedy}"
