"""The inputs of entitlements: where else in a bundle they are named, and what they make impossible there."""

from collections.abc import Iterator

from workflows.policy.document import Document, Path
from workflows.policy.evaluation.inputs import FIELD, PLACEHOLDER
from workflows.policy.problems import Problem, undefined
from workflows.policy.schema.rules import EntitlementBlock
from workflows.policy.terms.inputs import InputTerms


def inputs_of(block: EntitlementBlock) -> tuple[InputTerms, ...]:
    """What a request for the entitlement has to say, in the order in which it is written."""
    return tuple(one.terms(name) for name, one in block.inputs.items())


def placeholder_problems(document: Document, path: Path, block: EntitlementBlock) -> Iterator[Problem]:
    """Inputs that a parameter names and nobody declared."""
    for name, text in block.vault.parameters.items():
        place = (*path, "vault", "parameters", name)
        for found in PLACEHOLDER.finditer(text):
            if found[1] not in block.inputs:
                yield document.problem(place, *undefined("input", found[1], block.inputs))
        if "{" + FIELD in PLACEHOLDER.sub("", text):
            yield document.problem(place, "this isn't an input's place", "write it like {inputs.dataset}")
