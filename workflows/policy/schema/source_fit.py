"""What goes together in a service: its source, the way in which it goes live, its gates and whose names are asked for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from workflows.policy.schema.gates import FIELDS, GateBlock, GateKind
from workflows.policy.terms.releases import EvidenceSource, Source

Way = Literal["alias", "webhook", "deployment", "rollout", "model_package"]


@dataclass(frozen=True)
class Fit:
    """What a source takes. `what` is released from it, in words."""

    what: str
    ways: tuple[Way, ...]
    """Fields of `goes_live`, one of which is set."""
    gates: tuple[GateKind, ...]
    """Kinds that can be evaluated."""
    authors: tuple[Source, ...]
    """Whose names it may know."""
    asked: tuple[Source, ...]
    """Whose names have to be known if the bundle says nothing."""


OF_ANYTHING: tuple[GateKind, ...] = ("document", "freeze", "incidents")
UNREAD: tuple[GateKind, ...] = ("run", "metric", "champion", "model-card", "stage", *OF_ANYTHING)
"""Of models whose files Daypass doesn't read."""
OF_TEXTS: tuple[GateKind, ...] = ("artifact", "size", "metric", "stage", "judge", *OF_ANYTHING)
"""Of what is a text in MLflow and was made by no run."""
FITS: Mapping[EvidenceSource, Fit] = {
    "mlflow": Fit(
        "a model",
        ("alias", "webhook", "rollout"),
        tuple(kind for kind in FIELDS if kind != "commit-checks"),
        ("requester", "run", "registrant"),
        ("requester", "run"),
    ),
    "mlflow-prompts": Fit(
        "a prompt",
        ("alias", "webhook"),
        (*OF_TEXTS, "model-card"),
        ("requester", "registrant"),
        ("requester", "registrant"),
    ),
    "mlflow-judges": Fit("a judge", ("alias", "webhook"), OF_TEXTS, ("requester",), ("requester",)),
    "sagemaker": Fit(
        "a model package of SageMaker",
        ("model_package", "webhook", "rollout"),
        UNREAD,
        ("requester", "run", "registrant"),
        ("requester", "run"),
    ),
    "unity-catalog": Fit(
        "a model of Unity Catalog",
        ("alias", "webhook", "rollout"),
        UNREAD,
        ("requester", "run", "registrant"),
        ("requester", "run"),
    ),
    "github": Fit(
        "what GitHub deploys",
        ("deployment",),
        ("commit-checks", *OF_ANYTHING),
        ("requester", "run", "registrant"),
        ("requester", "run"),
    ),
}
RUNLESS: tuple[EvidenceSource, ...] = ("mlflow-prompts", "mlflow-judges")
"""Sources whose versions no run has made, so that their metrics are those that a run logged about them."""


def misfit(
    source: EvidenceSource, way: Way, gates: Iterable[GateBlock], authors: Iterable[Source]
) -> tuple[str, str] | None:
    """What doesn't go together, and what to write instead; None if all of it does."""
    fit = FITS[source]
    if (way == "deployment") != (source == "github"):
        return "“source: github” and “deployment” belong together", "set both or neither"
    if way not in fit.ways:
        return f"“{way}” can't make {fit.what} live", f"use {' or '.join(fit.ways)}"
    for gate in gates:
        if gate.kind not in fit.gates:
            what = f"a gate of kind “{gate.kind}” can't be evaluated for {fit.what}"
            return what, f"use {', '.join(fit.gates)}"
        if source in RUNLESS and gate.kind == "metric" and gate.observed_in is None:
            what = f"no run makes {fit.what}, so it has no metrics of its own"
            return what, "name the experiment with observed_in:"
    if strange := next((one for one in authors if one not in fit.authors), None):
        return f"MLflow knows no {strange} of {fit.what}", f"use {', '.join(fit.authors)}"
    return None
