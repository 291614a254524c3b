"""Unity Catalog's models as a source of releases, and an alias of theirs as the target."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from integrations.mlflow.card import read_card
from integrations.mlflow.lineage import other_models
from integrations.unity_catalog.client import TRACKING, UnityCatalog, plausible
from workflows.policy.terms.releases import ReleaseTerms
from workflows.ports import Permanent, Retryable
from workflows.releases.evidence import (
    Artifact,
    Author,
    Evidence,
    Login,
    Metric,
    Observation,
    Order,
    Run,
    Version,
    digest_of,
)
from workflows.releases.performers import is_there
from workflows.text import one_line

MAX_NAME_CHARS = 140
MAX_VALUES = 20
NO_SUCH_VERSION = "Unity Catalog has no such version of the model."
NO_RUN = "This version's run can't be read in the workspace's MLflow."
SEVERAL = "The run has several models, so its metrics could belong to any of them. Register each model from its own run."
USER_TAG = "mlflow.user"
IDENTITY = ("id", "metastore_id", "storage_location", "source", "run_id", "created_at")
"""What a version can't change without being another one; Daypass doesn't read its files."""


class UnityCatalogRegistry:
    """The `Registry` of services whose model is in Unity Catalog."""

    def __init__(self, catalog: UnityCatalog) -> None:
        self._catalog = catalog

    async def read(self, order: Order, live: str | None) -> Evidence:
        """The version's evidence. Raises Retryable or Permanent."""
        return Evidence(
            candidate=await self._version(order, order.version),
            live=live,
            champion=await self._version(order, live) if live and order.champion else None,
            observed=tuple(Observation(experiment=name, run=None) for name, _ in order.observed),
            login="required",
        )

    async def versions(self, model: str) -> list[str]:
        """The model's versions, the newest first. Raises Retryable or Permanent."""
        return [str(one) for one in await self._catalog.versions(model)]

    async def artifact(self, model: str, version: str, since: datetime) -> Artifact:
        """What identifies the version. Raises Retryable, or Permanent if there is none."""
        found = await self._catalog.version(model, version)
        if found is None:
            raise Permanent(NO_SUCH_VERSION)
        return _artifact(found)

    async def login(self) -> Login:
        """Databricks answers nobody without a token."""
        return "required"

    async def _version(self, order: Order, version: str) -> Version | None:
        found = await self._catalog.version(order.model, version)
        if found is None:
            return None
        with plausible():
            status, run = str(found["status"]), str(found.get("run_id") or "")
            registrants = [str(found.get(name) or "") for name in ("created_by", "updated_by")]
            comment = str(found.get("comment") or "")
        made_by, makers = await self._run(run, order.metrics) if run else (None, [])
        named = [*(("run", one) for one in makers), ("registrant", registrants[0]), ("other", registrants[1])]
        return Version(
            version=version,
            status=status,
            authors=tuple(
                dict.fromkeys(
                    Author.model_validate({"source": source, "name": one_line(name, MAX_NAME_CHARS)})
                    for source, name in named
                    if name
                )
            ),
            card=await read_card(comment),
            run=made_by,
            artifact=_artifact(found),
            troubles={} if made_by else {"run": NO_RUN},
        )

    async def _run(self, id: str, metrics: tuple[str, ...]) -> tuple[Run | None, list[str]]:
        """The run, and who MLflow says started it."""
        answer = await self._catalog.find(f"{TRACKING}/runs/get", run_id=id)
        if answer is None:
            return None, []
        with plausible():
            info = answer["run"]["info"]
            tags = {one["key"]: str(one["value"]) for one in answer["run"].get("data", {}).get("tags") or ()}
            makers = [tags.get(USER_TAG, ""), str(info.get("user_id") or "")]
            status, deleted = str(info["status"]), info.get("lifecycle_stage", "active") != "active"
            mixed = _is_of_several(answer["run"])
        found = tuple([await self._metric(id, key, mixed) for key in metrics])
        return Run(id=id, status=status, metrics=found, deleted=deleted), [one for one in makers if one]

    async def _metric(self, run: str, key: str, mixed: bool) -> Metric:
        answer = await self._catalog.find(f"{TRACKING}/metrics/get-history", run_id=run, metric_key=key)
        with plausible():
            values = [one_line(str(one["value"]), 60) for one in (answer or {}).get("metrics") or ()]
        if values and mixed:
            return Metric(key=key, count=len(values), values=(), trouble=SEVERAL)
        return Metric(key=key, count=len(values), values=tuple(values[:MAX_VALUES]))


class CatalogAliasTarget:
    """The `Target` of services that go live by an alias in Unity Catalog. Read before, and read again after."""

    def __init__(self, catalog: UnityCatalog) -> None:
        self._catalog = catalog

    async def live(self, terms: ReleaseTerms) -> str | None:
        """The alias's version. Raises Retryable or Permanent."""
        return await self._catalog.at_alias(terms.model, terms.target.alias)

    async def move(self, terms: ReleaseTerms, expected: str | None, to: str | None, why: str = "") -> None:
        """Raises Moved if another version than `expected` is live. Unity Catalog has no compare-and-set."""
        found = await self.live(terms)
        if is_there(found, expected, to):
            return
        if to is None:
            await self._catalog.drop_alias(terms.model, terms.target.alias)
        elif await self._catalog.version(terms.model, to) is None:
            raise Permanent(NO_SUCH_VERSION)
        else:
            await self._catalog.set_alias(terms.model, terms.target.alias, int(to))
        if (after := await self.live(terms)) != to:
            raise Retryable(
                f"Unity Catalog was told to serve {to}, but {after or 'nothing'} is at the alias."
            )


def _is_of_several(run: dict[str, Any]) -> bool:
    """Whether the run logged several models, so that its metrics could be of any of them."""
    logged = {one["model_id"] for one in (run.get("outputs") or {}).get("model_outputs") or ()}
    return other_models(run, logged.pop() if len(logged) == 1 else "")


def _artifact(found: Mapping[str, Any]) -> Artifact:
    """By what Unity Catalog knows the version: its id, which no other version ever gets, and where its files are."""
    with plausible():
        identity = {name: str(found[name]) for name in IDENTITY if found.get(name) is not None}
        if "id" not in identity:
            raise ValueError("a version without an id")
    return Artifact(files=(), count=1, size=0, digest=digest_of({**identity}))
