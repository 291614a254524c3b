"""The versions that can be proposed, kept at hand: Slack asks for them as somebody types and doesn't wait."""

import logging
from collections.abc import Iterable

from workflows.policy.terms.releases import ReleaseTerms
from workflows.ports import Permanent, Retryable
from workflows.releases.evidence import Registries

log = logging.getLogger(__name__)


class Catalog:
    """What the registry said last."""

    def __init__(self, registries: Registries) -> None:
        self._registries = registries
        self._versions: dict[str, list[str]] = {}
        self._said: dict[str, str] = {}

    def versions(self, model: str, typed: str) -> list[str]:
        """Those that begin with what was typed, newest first; what was typed itself if none does."""
        wanted = typed.strip().removeprefix("v")
        found = [version for version in self._versions.get(model, []) if version.startswith(wanted)]
        return found or ([wanted] if wanted else [])

    async def refresh(self, services: Iterable[ReleaseTerms]) -> None:
        """Ask anew; what can't be asked stays as it was."""
        for source, model in sorted({(one.source, one.model) for one in services}):
            try:
                self._versions[model] = await self._registries[source].versions(model)
                self._said.pop(model, None)
            except (Retryable, Permanent) as error:
                if self._said.get(model) != str(error):
                    log.warning("the versions of %s stay as they were: %s", model, error)
                self._said[model] = str(error)
