"""What can be asked of a release's exceptions."""

from dataclasses import dataclass

from workflows.releases.exceptions.state import ExceptionVerdict
from workflows.workflow import Command


@dataclass(frozen=True)
class RequestException(Command):
    """Ask that these gates may fail as they do now; none named: all that fail and may be excepted."""

    reason: str
    gates: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReviewException(Command):
    """Say afterwards whether the release's exceptions were justified."""

    verdict: ExceptionVerdict
    reason: str


ExceptionCommand = RequestException | ReviewException
