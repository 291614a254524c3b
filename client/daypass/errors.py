"""What can go wrong, each with a sentence for the person who reads it: what happened, and what to do."""


class DaypassError(Exception):
    """Something went wrong; the message says what, and what to do."""

    def _render_traceback_(self) -> list[str]:
        """Show the sentence alone in IPython and notebooks, where a traceback would bury it."""
        return [f"{type(self).__name__}: {self}"]


class Refused(DaypassError):
    """Daypass said no right away. `code` is its word for programs, `status` the answer's HTTP status."""

    def __init__(self, sentence: str, code: str = "", status: int = 0) -> None:
        super().__init__(sentence)
        self.code = code
        self.status = status


class NotSignedIn(DaypassError):
    """You aren't signed in, or your session has ended."""


class Away(DaypassError):
    """A server doesn't respond now. `pause` is how many seconds it asks to be left alone."""

    def __init__(self, sentence: str, pause: float | None = None) -> None:
        super().__init__(sentence)
        self.pause = pause


class Denied(DaypassError):
    """An approver denied the request. `by` is their name, `reason` what they wrote."""

    def __init__(self, what: str, by: str, reason: str) -> None:
        said = f": {reason}" if reason else "."
        super().__init__(f"{by} denied your request for {what}{said}")
        self.by = by
        self.reason = reason


class Over(DaypassError):
    """The request expired without a response, was withdrawn, or its access has ended already."""


class NotInTime(DaypassError):
    """Nobody has decided yet. The request stays; ask again to keep waiting."""
