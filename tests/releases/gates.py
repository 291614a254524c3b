"""What one gate makes of one version on the real MLflow."""

from dataclasses import dataclass
from typing import Any

from integrations.mlflow import AliasTarget, MLflow, MLflowRegistry
from tests.builders import MONDAY
from workflows.clock_skew import utc_now
from workflows.policy.schema.gates import GateTerms
from workflows.policy.terms.releases import ReleaseTerms
from workflows.releases.gates import evaluate_gates
from workflows.releases.gates.gate import Result
from workflows.releases.performers import read_for

RUN = {"kind": "run"}
ARTIFACT = {"kind": "artifact", "files": ("MLmodel", "model/weights.bin")}
METRIC = {"kind": "metric", "metric": "ndcg", "at_least": "0.75"}
CHAMPION = {"kind": "champion", "metric": "ndcg", "worse_by": "0.01"}
MODEL_CARD = {"kind": "model-card", "sections": ("Intended use", "Data", "Limitations")}
NOW = utc_now


@dataclass(frozen=True)
class Going:
    """What goes wrong with a service; None: nobody knows."""

    wrong: tuple[str, ...] | None = ()
    stopping: tuple[str, ...] = ()

    async def on(self, _service: str) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
        return self.wrong, self.stopping


WELL = Going()
NO_STAGES: Any = None
"""No gate here asks for an earlier stage, so nothing of that kind is read."""


async def result(client: MLflow, terms: ReleaseTerms, version: str, going: Going = WELL, **gate) -> Result:
    """Read what the gate needs of the version, and evaluate it."""
    asked = (GateTerms(name="gate", **gate),)
    parts = {"mlflow": MLflowRegistry(client, NOW)}, {"alias": AliasTarget(client)}, going, NO_STAGES
    evidence = await read_for(*parts, terms, version, asked, NOW())
    return evaluate_gates(asked, terms.freezes, evidence, MONDAY)[0]
