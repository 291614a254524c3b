"""What a policy bundle wants of Vault, and what a check of the set-up reports."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from workflows.policy.engines import ENGINES, Engine, inferred_engine
from workflows.policy.fields import HIGH_POLICIES


@dataclass(frozen=True, order=True)
class Wanted:
    """An entitlement as Vault sees it; `longest` is the longest grant in seconds, 0 if it doesn't matter."""

    id: str
    policy: str
    path: str
    longest: int = 0
    secrets_engine: str = ""
    """By its name among `workflows.policy.engines`, if the path doesn't say it."""
    approvals: int = 0
    """How many of Vault's own approvers have to authorize each credential, at least; 0 if none."""
    people: tuple[str, ...] = ()
    """By Slack user id, who may request or approve it, as far as the bundle says."""

    @property
    def high(self) -> bool:
        """Whether Daypass's second login makes its tokens."""
        return self.policy.startswith(HIGH_POLICIES)

    @property
    def made_by(self) -> Engine | None:
        """The engine, if it is known."""
        return ENGINES.get(self.secrets_engine or inferred_engine(self.path) or "")

    @property
    def static(self) -> bool:
        """Whether an end waits for the secret to be changed, which Daypass has to see."""
        return self.made_by is not None and self.made_by.static

    @property
    def bounds(self) -> tuple[str, ...]:
        """Where the engine keeps what bounds its credentials: the role behind the path first."""
        return self.made_by.bounds_of(self.path) if self.made_by else ()


def longest_of(high: bool, wanted: Iterable[Wanted]) -> int:
    """The longest grant, in seconds, whose tokens one of the two logins makes; 0 if there is none."""
    return max((one.longest for one in wanted if one.high == high), default=0)


@dataclass
class Report:
    """Sentences for an operator."""

    missing: list[str] = field(default_factory=list)
    """What Daypass, or a promise of the bundle, doesn't work without."""
    too_wide: list[str] = field(default_factory=list)
    """What a thief of Daypass's login could do, and needn't be able to."""
    notes: list[str] = field(default_factory=list)
    """What is good to know, and can't or needn't be mended now."""

    @property
    def faultless(self) -> bool:
        return not (self.missing or self.too_wide)


def joined(reports: Collection[Report]) -> Report:
    """Each sentence once, in order."""
    return Report(
        list(dict.fromkeys(line for one in reports for line in one.missing)),
        list(dict.fromkeys(line for one in reports for line in one.too_wide)),
        list(dict.fromkeys(line for one in reports for line in one.notes)),
    )
