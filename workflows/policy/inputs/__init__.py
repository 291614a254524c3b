"""The types of inputs that an entitlement can ask for, one module each."""

from collections.abc import Mapping

from workflows.policy.inputs.choice import CHOICE
from workflows.policy.inputs.date import DATE
from workflows.policy.inputs.kind import InputKind
from workflows.policy.inputs.number import NUMBER
from workflows.policy.inputs.text import TEXT
from workflows.policy.inputs.yes_no import YES_NO
from workflows.policy.terms.inputs import InputType

INPUT_KINDS: Mapping[InputType, InputKind] = {one.name: one for one in (CHOICE, NUMBER, TEXT, DATE, YES_NO)}
"""By the name that a bundle writes as `type`."""
