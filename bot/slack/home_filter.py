"""Which of the decisions that wait for somebody their App Home lists: all of them, or what they chose.

A button beside the filter counts what it leaves out. The choice is forgotten once nothing of it waits any more.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from slack_sdk.models.blocks import ActionsBlock, Block, Option, PlainTextObject, StaticSelectElement

from bot.slack import texts
from bot.slack.blocks import MAX_OPTIONS, button, section
from bot.slack.button_values import HomeFilter
from bot.slack.mrkdwn import literal
from bot.slack.presenter import Decision, HomePart
from workflows.policy.fields import HIGH_RISKS

CHOOSE = "home.filter-decisions"
SHOW_ALL = "home.show-all-decisions"
MIN_DECISIONS = 6
"""Fewer are all listed, without a filter."""
MAX_LABEL_CHARS = 60
"""Of a choice's 75, before its number."""
ALL, EMPTIED, RISKY = HomeFilter("all"), HomeFilter("emptied"), HomeFilter("risk")


def passes(chosen: HomeFilter, part: HomePart, decision: Decision) -> bool:
    """Whether the filter lists this decision of this workflow."""
    return chosen in (ALL, EMPTIED) or chosen in _filters(part, decision)


def still_waiting(chosen: HomeFilter, parts: Sequence[HomePart]) -> HomeFilter:
    """What was chosen; EMPTIED if nothing of it waits any more."""
    return chosen if chosen in (ALL, EMPTIED) or _numbers(parts)[chosen] else EMPTIED


def in_force(chosen: HomeFilter, parts: Sequence[HomePart]) -> HomeFilter:
    """The filter by which the list is drawn: what was chosen, or ALL where that hides everything or little waits."""
    return chosen if _total(parts) >= MIN_DECISIONS and _numbers(parts)[chosen] else ALL


def filter_blocks(chosen: HomeFilter, parts: Sequence[HomePart]) -> list[Block]:
    """The filter above the list, with the number of what it leaves out; nothing where so little waits."""
    total, numbers, current = _total(parts), _numbers(parts), in_force(chosen, parts)
    told: list[Block] = [section(texts.HOME_FILTER_EMPTIED)] if chosen == EMPTIED and total else []
    if total < MIN_DECISIONS:
        return told
    options = {one: _option(one, label, number) for one, label, number in _choices(current, parts)}
    select = StaticSelectElement(
        action_id=CHOOSE, options=list(options.values()), initial_option=options[current]
    )
    rest = total - numbers[current] if current != ALL else 0
    label = texts.HOME_FILTER_REST.format(number=rest)
    show_all = [button(label, SHOW_ALL, ALL.value)] if rest else []
    # Slack keeps showing what was chosen under an old id, whatever the new drawing says.
    return [*told, ActionsBlock(block_id=f"{CHOOSE}:{current.value}", elements=[select, *show_all])]


def _choices(current: HomeFilter, parts: Sequence[HomePart]) -> list[tuple[HomeFilter, str, int]]:
    """Each filter with its label and number; of very many environments those with the most, and the current one."""
    numbers = _numbers(parts)
    workflows = {HomeFilter("workflow", part.kind): part.decisions for part in parts}
    labels: Mapping[HomeFilter, str] = {
        ALL: texts.HOME_FILTER_ALL,
        **workflows,
        RISKY: texts.HOME_FILTER_RISK,
    }
    named = [(one, label, numbers[one]) for one, label in labels.items() if numbers[one]]
    environments = [one for one in numbers if one.by == "environment"]
    environments.sort(key=lambda one: (one != current, -numbers[one], one.name))
    shown = sorted(environments[: MAX_OPTIONS - len(named)], key=lambda one: one.name)
    return [*named, *((one, one.name, numbers[one]) for one in shown)]


def _option(chosen: HomeFilter, label: str, number: int) -> Option:
    text = PlainTextObject(text=f"{literal(label, MAX_LABEL_CHARS)} ({number})", emoji=False)
    return Option(value=chosen.value, text=text)


def _total(parts: Sequence[HomePart]) -> int:
    return sum(len(part.waiting) for part in parts)


def _numbers(parts: Sequence[HomePart]) -> Counter[HomeFilter]:
    """How many decisions each filter lists."""
    return Counter(
        one for part in parts for decision in part.waiting for one in (ALL, *_filters(part, decision))
    )


def _filters(part: HomePart, decision: Decision) -> Iterator[HomeFilter]:
    """The filters that list this decision, besides ALL."""
    yield HomeFilter("workflow", part.kind)
    if decision.environment:
        yield HomeFilter("environment", decision.environment)
    if decision.risk in HIGH_RISKS:
        yield RISKY
