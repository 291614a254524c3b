"""The risk tiers of a bundle, fixed on a release with its terms: what leads to each, and what each asks for."""

from collections.abc import Iterator

from workflows.policy.schema.gates import GateTerms
from workflows.policy.terms.access import StageTerms
from workflows.policy.terms.inputs import InputTerms
from workflows.policy.terms.snapshot import Snapshot


class TierTerms(Snapshot):
    """One tier. It asks for all that the tiers below it ask for, and for its own `gates`."""

    name: str
    title: str
    when: tuple[str, ...] = ()
    """CEL over the answers: any of them leads to this tier. The lowest has none."""
    due_again: int
    """Seconds after which the approved answers are out of date."""
    gates: tuple[GateTerms, ...] = ()
    stages: tuple[StageTerms, ...]
    """All stages of a release in this tier: those of the service, of the tiers below, and its own."""


class TieringTerms(Snapshot):
    """The tiers of a service, the lowest first, and the questionnaire whose answers lead to one of them."""

    questionnaire: str
    questionnaire_digest: str
    """SHA-256 in hex, by which older answers are told."""
    questions: tuple[InputTerms, ...]
    tiers: tuple[TierTerms, ...]

    @property
    def highest(self) -> TierTerms:
        return self.tiers[-1]

    def named(self, name: str) -> TierTerms:
        """The tier of that name; the highest if there is none."""
        return next((one for one in self.tiers if one.name == name), self.highest)

    def rank(self, name: str) -> int:
        """From 0, the lowest; an unknown name ranks highest."""
        return self.tiers.index(self.named(name))

    def gates_up_to(self, name: str) -> Iterator[GateTerms]:
        """The gates that the tier adds to those of the service."""
        for tier in self.tiers[: self.rank(name) + 1]:
            yield from tier.gates
