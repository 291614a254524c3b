"""Reading what somebody wrote into a document: every value checked against its template, in this one place."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from workflows.policy.template_fields import FIELD_KINDS
from workflows.policy.template_fields.prose import MAX_PROSE_CHARS
from workflows.policy.terms.documents import FieldTerms, TemplateTerms
from workflows.text import is_text, one_line

MAX_CONTENT_CHARS = 30_000
"""Of one document, as it is kept."""
MAX_UNKNOWN_TOLD = 5


@dataclass(frozen=True)
class Reading:
    """`values` are as recorded, in the template's order; `problems` are sentences by field, and `missing` are required
    fields that say nothing."""

    values: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


def read_values(template: TemplateTerms, given: Mapping[str, str]) -> Reading:
    """Read what was written, by field. What the template doesn't have is a problem, never dropped."""
    values: dict[str, str] = {}
    problems: dict[str, str] = {}
    for one in template.fields:
        typed = given.get(one.name, "").strip()
        if not typed:
            continue
        read = _read(one, typed)
        if read is None:
            problems[one.name] = f"“{one.title}”: {FIELD_KINDS[one.type].allowed(one)}"
        else:
            values[one.name] = read
    missing = tuple(
        one.name for one in template.fields if one.required and not given.get(one.name, "").strip()
    )
    return Reading(values, {**problems, **dict(_unknown(template, given))}, missing)


def missing_sentence(template: TemplateTerms, missing: tuple[str, ...]) -> str:
    """Which required fields say nothing."""
    titles = [f"“{one.title}”" for one in template.fields if one.name in missing]
    more = f" and {len(titles) - 5} more" if len(titles) > 5 else ""
    return f"Fill in {', '.join(titles[:5])}{more} first."


def _read(declared: FieldTerms, typed: str) -> str | None:
    if len(typed) > MAX_PROSE_CHARS or not is_text(typed):
        return None
    return FIELD_KINDS[declared.type].read(declared, typed)


def _unknown(template: TemplateTerms, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    names = [one.name for one in template.fields]
    for name in [name for name in given if name not in names][:MAX_UNKNOWN_TOLD]:
        shown = one_line(name, 60)
        near = difflib.get_close_matches(shown, names, n=1)
        hint = f" Did you mean “{near[0]}”?" if near else ""
        yield shown, f"This template has no field “{shown}”.{hint}"
