"""The types that entitlements ask for as well: read by the same code."""

from workflows.policy.inputs import INPUT_KINDS
from workflows.policy.template_fields.kind import FieldKind
from workflows.policy.terms.inputs import InputType


def _of_input(name: InputType) -> FieldKind:
    kind = INPUT_KINDS[name]
    return FieldKind(
        name,
        read=lambda field, typed: kind.read(field.as_input(), typed),
        allowed=lambda field: kind.allowed(field.as_input()),
        needed=kind.needed,
        optional=kind.optional,
    )


SHARED = tuple(_of_input(name) for name in INPUT_KINDS)
