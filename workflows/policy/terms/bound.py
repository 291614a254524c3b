"""The form in which terms are bound by a digest, such that logs stay verifiable when terms get new fields.

Fields of `ALWAYS_BOUND` are in it whatever their value is; any other is in it unless it is at its default. So no two terms
have the same form, and what was recorded before a field was there has the form that it had. A field that is added later
needs a default that means what held before, and a default never changes.
"""

from collections.abc import Mapping

from pydantic import BaseModel, JsonValue

from workflows.policy.schema.gates import GateTerms
from workflows.policy.terms.access import StageTerms, Terms, VaultTerms
from workflows.policy.terms.break_glass import BreakGlassIncident, BreakGlassTerms
from workflows.policy.terms.inputs import InputTerms
from workflows.policy.terms.releases import (
    AuthorTerms,
    CheckTerms,
    FreezeTerms,
    ReleaseTerms,
    TargetTerms,
)
from workflows.policy.terms.tickets import TicketTerms

AlwaysBound = Mapping[type[BaseModel], frozenset[str]]


def names(listed: str) -> frozenset[str]:
    """The names of fields, from a list with spaces between."""
    return frozenset(listed.split())


ALWAYS_BOUND: AlwaysBound = {
    Terms: names(
        "entitlement title resource resource_title environment risk vault connect longest shortest default"
        " justification_min justification_max ticket automatic stages lapse warn credentials ahead rule digest"
        " break_glass inputs"
    ),
    VaultTerms: names("secrets_engine path policy parameters target"),
    StageTerms: names("name approvers quorum escalate_after escalate_to notify channel"),
    TicketTerms: names("required patterns hint source projects own_project must_be_open ends_access"),
    BreakGlassTerms: names(
        "taken_by longest min_length channel after_denial most_unreviewed reviewers review_within"
        " escalate_after escalate_to incident"
    ),
    BreakGlassIncident: names("severity service"),
    InputTerms: names("name title type hint options least most pattern earliest latest default"),
    ReleaseTerms: names(
        "service title environment risk model target rollback gates checks authors freezes stages eligible lapse"
        " rule digest"
    ),
    TargetTerms: names("kind alias call read"),
    GateTerms: names(
        "name kind files max_mb metric at_least at_most better worse_by observed_in sections severities"
    ),
    CheckTerms: names("after gates"),
    AuthorTerms: names("sources machines mlflow"),
    FreezeTerms: names("name because begins ends weekdays"),
}


def bound_form(model: BaseModel, always: AlwaysBound = ALWAYS_BOUND) -> dict[str, JsonValue]:
    """All of it that a digest binds, as JSON; so for models within it, in tuples too."""
    return _bound(model, model.model_dump(mode="json", serialize_as_any=True), always)


def _bound(model: BaseModel, written: Mapping[str, JsonValue], always: AlwaysBound) -> dict[str, JsonValue]:
    """`written` is the model as JSON, with all that it has."""
    kept = next((always[kind] for kind in type(model).__mro__ if kind in always), frozenset())
    return {
        name: _form(getattr(model, name), written[name], always)
        for name, field in type(model).model_fields.items()
        if name in kept or getattr(model, name) != field.get_default(call_default_factory=True)
    }


def _form(value: object, written: JsonValue, always: AlwaysBound) -> JsonValue:
    if isinstance(value, BaseModel) and isinstance(written, dict):
        return _bound(value, written, always)
    if isinstance(value, tuple) and isinstance(written, list):
        return [_form(one, plain, always) for one, plain in zip(value, written, strict=True)]
    return written
