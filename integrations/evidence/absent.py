"""In a source's place where it isn't set up: it says so."""

from datetime import datetime
from typing import NoReturn

from workflows.policy.terms.releases import ReleaseTerms
from workflows.ports import Permanent
from workflows.releases.evidence import Artifact, Evidence, Login, Order


class NotSetUp:
    """Both a `Registry` and a `Target`."""

    def __init__(self, sentence: str) -> None:
        self._sentence = sentence

    async def read(self, order: Order, live: str | None) -> Evidence:
        self._refuse()

    async def versions(self, model: str) -> list[str]:
        self._refuse()

    async def artifact(
        self, model: str, version: str, since: datetime | None, wanted: tuple[str, ...] = ()
    ) -> Artifact:
        self._refuse()

    async def login(self) -> Login:
        self._refuse()

    async def live(self, terms: ReleaseTerms) -> str | None:
        self._refuse()

    async def move(self, terms: ReleaseTerms, expected: str | None, to: str | None, why: str = "") -> None:
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise Permanent(self._sentence)
