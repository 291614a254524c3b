"""The filter of what waits for a decision: it never hides how much waits, and is gone with what it was for."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.actor import text_of
from bot.slack.blocks import section
from bot.slack.button_values import HomeFilter, read_value
from bot.slack.home import home
from bot.slack.home_filter import ALL, CHOOSE, EMPTIED, MIN_DECISIONS, RISKY, SHOW_ALL, still_waiting
from bot.slack.presenter import Decision, HomePart
from bot.slack.texts import HOME_FILTER_EMPTIED, NOTHING_WAITS
from tests.builders import Clock
from tests.people import ADA, GRACE
from workflows.database.store import Store
from workflows.database.stored_messages import StoredMessages, home_of

PRODUCTION, STAGING = HomeFilter("environment", "production"), HomeFilter("environment", "staging")
DECISIONS = st.builds(
    lambda number, environment, risk: (number, environment, risk),
    st.integers(0, 10**6),
    st.sampled_from(("", "production", "staging")),
    st.sampled_from(("", "low", "moderate", "high", "critical")),
)
CHOSEN = st.sampled_from(
    (ALL, EMPTIED, RISKY, PRODUCTION, STAGING, HomeFilter("workflow", "acc"), HomeFilter("workflow", "gone"))
)


def part(kind: str, waiting: Sequence[tuple[int, str, str]]) -> HomePart:
    decisions = [
        Decision([section(f"decision {number}")], environment, risk) for number, environment, risk in waiting
    ]
    return HomePart(kind, kind, f"{kind} decisions", "Nothing.", decisions, [])


def drawn(chosen: HomeFilter, *parts: HomePart) -> dict[str, Any]:
    view: dict[str, Any] = home(parts, None, chosen).to_dict()
    return view


def elements(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["action_id"]: one for block in view["blocks"] for one in block.get("elements", [])}


@given(CHOSEN, st.lists(DECISIONS, max_size=9), st.lists(DECISIONS, max_size=3))
def test_what_is_listed_and_what_is_left_out_are_all_that_waits(
    chosen: HomeFilter, accesses: list[tuple[int, str, str]], releases: list[tuple[int, str, str]]
) -> None:
    view = drawn(chosen, part("acc", accesses), part("rel", releases))
    total, listed = len(accesses) + len(releases), text_of(view).count("decision ")
    left = elements(view).get(SHOW_ALL)
    assert listed + (int(left["text"]["text"].split()[0]) if left else 0) == total
    assert (NOTHING_WAITS in text_of(view)) == (total == 0)
    assert (CHOOSE in elements(view)) == (total >= MIN_DECISIONS)


@given(st.lists(DECISIONS, min_size=MIN_DECISIONS, max_size=10))
def test_every_choice_lists_as_many_as_it_says(waiting: list[tuple[int, str, str]]) -> None:
    select = elements(drawn(ALL, part("acc", waiting)))[CHOOSE]
    for option in select["options"]:
        chosen = read_value(HomeFilter, option["value"])
        assert chosen
        view = drawn(chosen, part("acc", waiting))
        assert option["text"]["text"].endswith(f"({text_of(view).count('decision ')})")
        assert elements(view)[CHOOSE]["initial_option"] == option


@pytest.mark.parametrize("chosen", [PRODUCTION, RISKY, HomeFilter("workflow", "rel")])
def test_a_choice_of_which_nothing_waits_is_forgotten_and_the_home_says_so(chosen: HomeFilter) -> None:
    waiting = part("acc", [(1, "staging", "low")])
    assert still_waiting(chosen, [waiting]) == EMPTIED
    assert HOME_FILTER_EMPTIED in text_of(drawn(EMPTIED, waiting))
    assert HOME_FILTER_EMPTIED not in text_of(drawn(EMPTIED, part("acc", [])))


def test_of_very_many_environments_the_chosen_one_can_still_be_seen() -> None:
    many = part("acc", [(n, f"e{n % 150:03}", "high") for n in range(299)])
    chosen = HomeFilter("environment", "e149")
    select = elements(drawn(chosen, many))[CHOOSE]
    assert len(select["options"]) == 100
    assert select["initial_option"] in select["options"]
    assert select["initial_option"]["text"]["text"] == "e149 (1)"


async def test_a_choice_is_kept_for_every_process_and_for_nobody_else(store: Store, clock: Clock) -> None:
    here, elsewhere = StoredMessages(store, clock), StoredMessages(store, clock)
    for person in (ADA, GRACE):
        await here.start(home_of(person))
    await here.keep_home_filter(GRACE, STAGING.value)
    await here.note_home(home_of(GRACE), "sent", "drawn")
    assert await elsewhere.home_filter(GRACE) == STAGING.value
    assert await elsewhere.home_filter(ADA) is None


async def test_a_choice_made_meanwhile_is_not_forgotten_with_the_one_before(
    store: Store, clock: Clock
) -> None:
    kept = StoredMessages(store, clock)
    await kept.start(home_of(GRACE))
    await kept.keep_home_filter(GRACE, STAGING.value)
    await kept.keep_home_filter(GRACE, EMPTIED.value, instead_of=PRODUCTION.value)
    assert await kept.home_filter(GRACE) == STAGING.value
