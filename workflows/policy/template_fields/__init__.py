"""The types of fields that a template can have, one module each; those that entitlements share stand in inputs.py."""

from collections.abc import Mapping

from workflows.policy.template_fields.inputs import SHARED
from workflows.policy.template_fields.kind import FieldKind
from workflows.policy.template_fields.prose import LINE, PROSE
from workflows.policy.template_fields.thresholds import THRESHOLDS
from workflows.policy.terms.documents import FieldType

FIELD_KINDS: Mapping[FieldType, FieldKind] = {one.name: one for one in (*SHARED, LINE, PROSE, THRESHOLDS)}
"""By the name that a template writes as `type`."""
