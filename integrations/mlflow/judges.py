"""Judges of MLflow as evidence and as what goes live: scorers, registered by version in an experiment.

MLflow keeps no authors of them, and no aliases: which version is live stands in a tag of the experiment, which evaluations
look up (https://mlflow.org/docs/latest/genai/eval-monitor/scorers/).
"""

from datetime import datetime

from integrations.mlflow.client import MLflow, Refusal, plausible
from integrations.mlflow.fields import as_text
from integrations.mlflow.judgements import definition_of, judgements
from integrations.mlflow.login import LoginProbe
from integrations.mlflow.observed import experiment_named, observed
from integrations.mlflow.texts import Files, artifact_of, difference_of
from workflows.policy.terms.releases import ReleaseTerms
from workflows.ports import Permanent, Retryable
from workflows.releases.evidence import Artifact, Evidence, Login, ModelCard, Order, Version
from workflows.releases.performers import is_there
from workflows.text import one_line

MAX_VERSIONS = 200
FILE = "judge.json"
NO_RUN = "A judge has no run."


class JudgeRegistry:
    """The `Registry` of judges, each named `<experiment>/<judge>`. A version's bytes are its definition."""

    def __init__(self, mlflow: MLflow) -> None:
        self._mlflow = mlflow
        self._probe = LoginProbe(mlflow)

    async def read(self, order: Order, live: str | None) -> Evidence:
        """What there is. Raises Retryable or Permanent."""
        files = await self._files(order.model, order.version)
        before = await self._files(order.model, live) if live else None
        return Evidence(
            candidate=_version(order, files) if files else None,
            live=live,
            observed=await observed(self._mlflow, order, None),
            judged=await judgements(self._mlflow, order),
            login=await self.login(),
            difference=await difference_of(before, files) if before and files else "",
        )

    async def versions(self, model: str) -> list[str]:
        """Newest first, at most 200. Raises Retryable or Permanent."""
        experiment, judge = named(model)
        if (id := await experiment_named(self._mlflow, experiment)) is None:
            return []
        found = await self._mlflow.find("scorers/versions", experiment_id=id, name=judge)
        with plausible():
            numbers = [int(one["scorer_version"]) for one in (found or {}).get("scorers", [])]
        return [str(number) for number in sorted(numbers, reverse=True)[:MAX_VERSIONS]]

    async def artifact(
        self, model: str, version: str, since: datetime | None, wanted: tuple[str, ...] = ()
    ) -> Artifact:
        """Its definition as it is now. Raises Retryable or Permanent."""
        files = await self._files(model, version)
        if files is None:
            raise Permanent(f"MLflow has no version {one_line(version, 60)} of the judge {model}.")
        return artifact_of(files, wanted)

    async def login(self) -> Login:
        """Whether MLflow asks for a login, tried once a minute. Raises Retryable or Permanent."""
        return await self._probe.login()

    async def _files(self, model: str, version: str) -> Files | None:
        """None if there is no such version."""
        experiment, judge = named(model)
        id = await experiment_named(self._mlflow, experiment)
        if id is None or not _is_number(version):
            return None
        definition = await definition_of(self._mlflow, id, judge, version)
        return None if definition is None else {FILE: definition}


class JudgeAlias:
    """The `Target` of judges: the alias is a tag of the experiment. Read before, and read again after."""

    def __init__(self, mlflow: MLflow) -> None:
        self._mlflow = mlflow

    async def live(self, terms: ReleaseTerms) -> str | None:
        """What the tag says; None without it. Raises Retryable or Permanent."""
        _, tags = await self._experiment(terms)
        return tags.get(tag_of(terms))

    async def move(self, terms: ReleaseTerms, expected: str | None, to: str | None, why: str = "") -> None:
        """Raises Moved if another version than `expected` is live, Permanent if there is no version `to`."""
        id, tags = await self._experiment(terms)
        if is_there(tags.get(tag_of(terms)), expected, to):
            return
        about = {"experiment_id": id, "key": tag_of(terms)}
        try:
            if to is None:
                await self._mlflow.send("POST", "experiments/delete-experiment-tag", about)
            else:
                if not await definition_of(self._mlflow, id, named(terms.model)[1], to):
                    raise Permanent(f"MLflow has no version {one_line(to, 60)} of the judge {terms.model}.")
                await self._mlflow.send("POST", "experiments/set-experiment-tag", {**about, "value": to})
        except Refusal as refusal:
            raise refusal.explained() from None
        if (after := await self.live(terms)) != to:
            raise Retryable(
                f"MLflow was told to serve version {to}, but {after or 'nothing'} is live. Daypass keeps trying."
            )

    async def _experiment(self, terms: ReleaseTerms) -> tuple[str, dict[str, str]]:
        """Its id and tags. Raises Retryable, or Permanent without such an experiment."""
        experiment, _ = named(terms.model)
        found = await self._mlflow.find("experiments/get-by-name", experiment_name=experiment)
        if found is None:
            raise Permanent(f"MLflow has no experiment “{one_line(experiment, 120)}”.")
        with plausible():
            tags = {
                str(one["key"]): as_text(one.get("value", "")) for one in found["experiment"].get("tags", [])
            }
            return as_text(found["experiment"]["experiment_id"]), tags


def named(model: str) -> tuple[str, str]:
    """Experiment and judge of `<experiment>/<judge>`; the experiment's name may have slashes of its own."""
    experiment, _, judge = model.rpartition("/")
    return experiment, judge


def tag_of(terms: ReleaseTerms) -> str:
    """The experiment's tag that says which version is live."""
    return f"daypass.{terms.target.alias}.{named(terms.model)[1]}"


def _version(order: Order, files: Files) -> Version:
    return Version(
        version=order.version,
        status="READY",
        authors=(),
        card=ModelCard(sections=(), digest=""),
        artifact=artifact_of(files, order.files),
        troubles={"run": NO_RUN},
    )


def _is_number(version: str) -> bool:
    return version.isascii() and version.isdigit() and len(version) < 10
