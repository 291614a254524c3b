"""The findings of scanners in SARIF 2.1.0, counted by their levels and by how they were suppressed.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html (sections named below)
"""

from collections import Counter, defaultdict
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from workflows.releases.files.unreadable import UnreadableFile
from workflows.text import one_line

MAX_NAMED = 3
Level = Literal["none", "note", "warning", "error"]
SUPPRESSED: dict[str, str] = {"inSource": "in-source", "external": "external"}
"""SARIF's kinds of suppressions, and as a policy calls them."""


class _Part(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class _Configuration(_Part):
    level: Level = "warning"


class _Rule(_Part):
    id: str = ""
    default_configuration: _Configuration = _Configuration()


class _Component(_Part):
    rules: list[_Rule] = []


class _Tool(_Part):
    driver: _Component
    extensions: list[_Component] = []


class _ComponentReference(_Part):
    index: int = -1


class _RuleReference(_Part):
    id: str = ""
    index: int = -1
    tool_component: _ComponentReference | None = None


class _Suppression(_Part):
    kind: Literal["inSource", "external"]
    status: Literal["accepted", "underReview", "rejected"] = "accepted"


class _Result(_Part):
    rule_id: str = ""
    rule_index: int = -1
    rule: _RuleReference = _RuleReference()
    kind: Literal["pass", "open", "informational", "notApplicable", "review", "fail"] = "fail"
    level: Level | None = None
    suppressions: list[_Suppression] | None = None
    baseline_state: Literal["new", "unchanged", "updated", "absent"] | None = None


class _Invocation(_Part):
    execution_successful: bool
    rule_configuration_overrides: list[object] = []


class _External(_Part):
    results: list[object] = []


class _Run(_Part):
    tool: _Tool
    results: list[_Result] | None = None
    invocations: list[_Invocation] = []
    external_property_file_references: _External = _External()


class _Log(_Part):
    version: Literal["2.1.0"]
    runs: list[_Run] = Field(min_length=1)
    inline_external_properties: list[object] = []


def read_sarif(data: bytes, fields: tuple[str, ...]) -> dict[str, str]:
    """Findings by `level`, or `suppression:level` of suppressed ones; their first rules by the same, after `rules `.

    Raises UnreadableFile, also for a run that didn't end well or whose findings are elsewhere.
    """
    try:
        log = _Log.model_validate_json(data)
    except (ValidationError, RecursionError):
        raise UnreadableFile("it isn't SARIF 2.1.0 with at least one run.") from None
    if log.inline_external_properties or any(
        run.external_property_file_references.results for run in log.runs
    ):
        raise UnreadableFile("some of its findings are kept elsewhere.")
    counts: Counter[str] = Counter()
    rules: dict[str, list[str]] = defaultdict(list)
    for run in log.runs:
        for key, rule in _findings(run):
            counts[key] += 1
            if rule and rule not in rules[key] and len(rules[key]) < MAX_NAMED:
                rules[key].append(rule)
    found = {key: str(count) for key, count in sorted(counts.items())}
    return found | {f"rules {key}": ", ".join(named) for key, named in sorted(rules.items()) if named}


def _findings(run: _Run) -> list[tuple[str, str]]:
    """Each finding's key and rule. Raises UnreadableFile."""
    if run.results is None:  # 3.14.23: nobody looked
        raise UnreadableFile("a run has no results.")
    if not all(one.execution_successful for one in run.invocations):
        raise UnreadableFile("a run says that its tool didn't end well.")
    overridden = any(one.rule_configuration_overrides for one in run.invocations)
    found = []
    for one in run.results:
        if one.baseline_state == "absent":  # 3.27.24: it was there before
            continue
        if one.level is None and one.kind == "fail" and overridden:
            raise UnreadableFile("a finding's level is overridden where Daypass doesn't look.")
        rule = _rule(run.tool, one)
        suppressed = _suppressed(one)
        level = _level(one, rule)
        name = one.rule_id or one.rule.id or (rule.id if rule else "")
        found.append((f"{suppressed}:{level}" if suppressed else level, one_line(name, 60)))
    return found


def _level(result: _Result, rule: _Rule | None) -> Level:
    """3.27.10: what isn't a failure has none; without a level of its own, a finding has its rule's, or `warning`."""
    if result.level is not None:
        return result.level
    if result.kind != "fail":
        return "none"
    component = result.rule.tool_component
    if component is not None and component.index < 0:
        raise UnreadableFile("a finding's rule is named where Daypass doesn't look.")
    return rule.default_configuration.level if rule else "warning"


def _rule(tool: _Tool, result: _Result) -> _Rule | None:
    """3.27.5 to 3.27.7, and 3.52: by its place, else by its id."""
    where, component = result.rule.tool_component, tool.driver
    if where is not None and where.index >= 0:
        if where.index >= len(tool.extensions):
            return None
        component = tool.extensions[where.index]
    index = result.rule.index if result.rule.index >= 0 else result.rule_index
    if index >= 0:
        return component.rules[index] if index < len(component.rules) else None
    wanted = result.rule.id or result.rule_id
    return next((rule for rule in component.rules if wanted and rule.id == wanted), None)


def _suppressed(result: _Result) -> str:
    """3.27.23: how, as the policy calls it, with a plus between several; empty if one of them isn't accepted."""
    given = result.suppressions or []
    if not given or any(one.status != "accepted" for one in given):
        return ""
    return "+".join(sorted({SUPPRESSED[one.kind] for one in given}))
