"""The kinds of gates that Daypass knows. A new one is a module, its entry here, its fields in
workflows/policy/schema/gates.py, a line in docs/policy.md, and a case of tests/releases/test_gate_kinds.py.
"""

from collections.abc import Sequence
from datetime import datetime

from workflows.policy.schema.gates import GateTerms
from workflows.policy.terms.releases import FreezeTerms, ReleaseTerms
from workflows.ports import Directory
from workflows.releases.evidence import Evidence
from workflows.releases.gates.artifact import ARTIFACT
from workflows.releases.gates.authors import authors_gate
from workflows.releases.gates.champion import CHAMPION
from workflows.releases.gates.checks import CHECKS
from workflows.releases.gates.commit_checks import COMMIT_CHECKS
from workflows.releases.gates.cost import COST
from workflows.releases.gates.document import DOCUMENT
from workflows.releases.gates.freeze import FREEZE
from workflows.releases.gates.gate import Facts, GateKind, Result
from workflows.releases.gates.incidents import INCIDENTS
from workflows.releases.gates.licence import LICENCE
from workflows.releases.gates.lineage import LINEAGE
from workflows.releases.gates.metric import METRIC
from workflows.releases.gates.model_card import MODEL_CARD
from workflows.releases.gates.report import REPORT
from workflows.releases.gates.run import RUN
from workflows.releases.gates.signature import SIGNATURE
from workflows.releases.gates.size import SIZE
from workflows.releases.gates.slices import SLICES
from workflows.releases.gates.stage import STAGE

GATE_KINDS = {
    kind.name: kind
    for kind in (
        RUN,
        ARTIFACT,
        SIZE,
        METRIC,
        CHAMPION,
        MODEL_CARD,
        FREEZE,
        INCIDENTS,
        STAGE,
        SIGNATURE,
        COMMIT_CHECKS,
        LINEAGE,
        LICENCE,
        SLICES,
        REPORT,
        CHECKS,
        COST,
        DOCUMENT,
    )
}
"""By their names in the policy."""


def evaluate(
    terms: ReleaseTerms, evidence: Evidence, directory: Directory, now: datetime
) -> tuple[Result, ...]:
    """Evaluate every gate of a proposal, and first whether its authors are known."""
    return (
        authors_gate(terms, evidence, directory),
        *evaluate_gates(terms.gates, terms.freezes, evidence, now),
    )


def evaluate_gates(
    gates: Sequence[GateTerms], freezes: Sequence[FreezeTerms], evidence: Evidence, now: datetime
) -> tuple[Result, ...]:
    """Evaluate these gates, in this order."""
    facts = Facts(evidence, freezes, now)
    return tuple(GATE_KINDS[gate.kind].evaluate(gate, facts) for gate in gates)


__all__ = ["GATE_KINDS", "GateKind", "evaluate", "evaluate_gates"]
