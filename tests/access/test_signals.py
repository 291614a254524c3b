"""What is unusual about a request is told from what is on record, explained, kept, and never in anybody's way."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import get_args

import pytest

from bot.slack.access.cards import card
from bot.slack.access.details import whole
from tests.access.story import SUBJECT, WHY, Story
from tests.builders import MONDAY
from tests.people import ADA, GRACE, MARGARET
from workflows.access.commands import RequestAccess
from workflows.access.narrative import SENTENCES
from workflows.access.search_terms import found_by
from workflows.access.signals import SIGNAL_KINDS, explanations, impossible_signals, signals_of
from workflows.access.signals.history import (
    MAX_REQUESTS,
    Asked,
    Delegation,
    History,
    PastRequest,
    PastReview,
    Unread,
)
from workflows.access.signals.kind import SignalKind
from workflows.narrative import Names
from workflows.policy.fields import Signal
from workflows.workflow import Actor, SearchTerms, World

LONG_AGO = MONDAY - timedelta(days=300)
ASKED = Asked(ADA, "warehouse", "feature-warehouse", MONDAY)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def past(before: timedelta, what: str = "warehouse", **known: object) -> PastRequest:
    """A request so long before Monday morning, granted and used unless said."""
    made = PastRequest(MONDAY - before, what, "feature-warehouse", granted=True, over=True, used=True)
    return replace(made, **known)


USUAL = tuple(past(number * DAY) for number in range(1, 31))
"""Once a day, in the morning."""


def raised(*requests: PastRequest, asked: Asked = ASKED, **approvers: tuple[PastRequest, ...]) -> set[str]:
    newest = tuple(sorted(requests, key=lambda one: one.at, reverse=True))
    return set(signals_of(History(LONG_AGO, newest, approvers), asked).raised)


def quick(reviewer: str, after: int = 9, approved: bool = True) -> list[PastRequest]:
    review = PastReview(reviewer, approved, after)
    return [past(number * DAY, reviews=(review,)) for number in range(1, 4)]


def at(hour: int) -> Asked:
    return replace(ASKED, at=MONDAY.replace(hour=hour, minute=0))


def test_a_request_like_all_before_it_is_nothing_unusual() -> None:
    assert raised(*USUAL) == set()


def asking(since: timedelta, approver: str = GRACE) -> Asked:
    """While that approver's delegate is someone whom they first asked so long ago."""
    return replace(ASKED, delegations=(Delegation(MARGARET, approver, "away_1", MONDAY - since),))


UNUSUAL = {
    "burst": [*USUAL, *(past(number * timedelta(minutes=9)) for number in range(1, 5))],
    "denied-recently": [*USUAL, past(DAY, granted=False, used=False, denied_at=MONDAY - HOUR)],
    "approve-each-other": quick(GRACE),
    "new-delegate": USUAL,
    "unusual-hour": USUAL,
    "first-time": [past(DAY, resource="elsewhere")],
    "never-used": [past(number * DAY, used=False) for number in range(1, 4)],
}


@pytest.mark.parametrize("name", get_args(Signal))
def test_each_kind_is_raised_by_what_it_is_for_alone(name: str) -> None:
    approvers = {GRACE: tuple(quick(ADA))} if name == "approve-each-other" else {}
    asked = {"unusual-hour": at(3), "new-delegate": asking(HOUR)}.get(name, ASKED)
    assert raised(*UNUSUAL[name], asked=asked, **approvers) == {name}


@pytest.mark.parametrize(
    ("requests", "approvers", "absent"),
    [
        ([past(number * timedelta(minutes=9)) for number in range(1, 4)], {}, "burst"),
        ([past(DAY, denied_at=MONDAY - 8 * DAY)], {}, "denied-recently"),
        ([past(3 * HOUR, denied_at=MONDAY - 2 * HOUR, granted=False), past(HOUR)], {}, "denied-recently"),
        (quick(GRACE), {}, "approve-each-other"),
        (quick(GRACE), {GRACE: tuple(quick(ADA)[:2])}, "approve-each-other"),
        (quick(GRACE), {GRACE: tuple(quick(ADA, after=31))}, "approve-each-other"),
        (
            [*quick(GRACE), past(HOUR, reviews=(PastReview(GRACE, False, 5),))],
            {GRACE: tuple(quick(ADA))},
            "approve-each-other",
        ),
        (USUAL[:10], {}, "unusual-hour"),
        ([past(number * DAY, used=False) for number in range(1, 3)], {}, "never-used"),
        ([past(DAY), *(past(number * DAY, used=False) for number in range(2, 5))], {}, "never-used"),
    ],
)
def test_a_little_less_of_it_is_not_enough(
    requests: list[PastRequest], approvers: dict[str, tuple[PastRequest, ...]], absent: str
) -> None:
    assert absent not in raised(*requests, asked=at(3) if absent == "unusual-hour" else ASKED, **approvers)


def test_a_delegate_is_new_for_three_days() -> None:
    assert "new-delegate" in raised(*USUAL, asked=asking(timedelta(hours=71)))
    assert "new-delegate" not in raised(*USUAL, asked=asking(timedelta(hours=72)))


def test_a_new_delegate_is_told_though_the_history_is_unread_or_new() -> None:
    for history, unknown in ((Unread(), "unread"), (History(None), "new")):
        found = signals_of(history, asking(2 * HOUR))
        assert (found.raised, found.unknown) == (("new-delegate",), unknown)
        ((_, why),) = explanations(found, str)
        assert why == f"{MARGARET} can decide for {GRACE}, who first asked them 2 hours before."
        assert not impossible_signals(found)


def test_a_machine_that_always_asks_often_makes_no_burst() -> None:
    often = [past(timedelta(minutes=7 * number)) for number in range(1, 90)]
    assert "burst" not in raised(*often)
    more = [past(timedelta(minutes=2 * number)) for number in range(1, 29)]
    assert "burst" in raised(*more, *(past(2 * HOUR + timedelta(minutes=7 * number)) for number in range(60)))


def test_a_new_installation_says_that_it_knows_nobodys_habits() -> None:
    for since in (None, MONDAY - 3 * DAY):
        found = signals_of(History(since, ()), ASKED)
        assert (found.raised, found.unknown) == ((), "new")
        assert found.names == ("unknown-history",)
    assert signals_of(History(LONG_AGO, ()), ASKED).raised == ("first-time",)


def ask(world: World, history: History | Unread | None, what: str = "warehouse") -> Story:
    story = Story(world)
    story.handle(RequestAccess(SUBJECT, what, 3_600, WHY, history=history), Actor(ADA))
    return story


BUSY = History(LONG_AGO, tuple(UNUSUAL["burst"]))


def test_what_is_unusual_is_on_the_approvers_card_and_explained_in_details(world: World) -> None:
    state = ask(world, BUSY).now
    assert "Unusual: many requests" in str(card(state, "approver", world.directory).blocks)
    assert "Unusual" not in str(card(state, "requester", world.directory).blocks)
    details = str([block.to_dict() for block in whole(state, world.directory)])
    assert "5 requests in an hour. Usually it's 1 request at most." in details


def test_of_many_signals_the_card_names_two_and_details_all(world: World) -> None:
    denied = past(HOUR, granted=False, used=False, denied_at=MONDAY - HOUR)
    pending = [replace(one, granted=False, over=False, used=False) for one in UNUSUAL["burst"][-4:]]
    state = ask(world, History(LONG_AGO, (denied, *pending))).now
    assert state.signals is not None
    assert state.signals.raised == ("burst", "denied-recently", "first-time")
    assert "many requests, denied recently +1" in str(card(state, "approver", world.directory).blocks)
    details = str([block.to_dict() for block in whole(state, world.directory)])
    assert all(why in details for _, why in explanations(state.signals, str))


def test_an_unreadable_history_is_said_and_stops_nobody(world: World) -> None:
    story = ask(world, Unread())
    assert story.status == "pending"
    assert "Earlier requests couldn't be read" in str(card(story.now, "approver", world.directory).blocks)
    story.approves(GRACE)
    assert story.status == "active"


def test_the_log_has_the_signals_with_what_they_were_told_from(world: World) -> None:
    story = ask(world, BUSY)
    (leaf, _), *_ = story.logged.story()
    assert leaf.facts["signals"]["raised"] == ["burst"]
    assert leaf.facts["signals"]["inputs"]["burst"] == {"requests": 5, "usual": 1, "least": 5, "times": 2}
    assert "; unusual: many requests" in SENTENCES["requested"](leaf.facts, Names(world.directory, ADA))
    assert found_by(SearchTerms(), "requested", leaf.facts).signals == {"burst"}
    assert story.logged.replayed().fault is None


@pytest.mark.parametrize(
    "forged",
    [
        {"raised": ()},
        {"raised": ("first-time",)},
        {"inputs": {"burst": {"requests": 1, "usual": 1, "least": 5, "times": 2}}},
        {"inputs": {"burst": {"requests": "many"}}},
        {"inputs": {}},
    ],
)
def test_signals_that_their_inputs_dont_bear_out_are_found_by_the_verifier(
    world: World, forged: dict[str, object]
) -> None:
    story = ask(world, BUSY)
    (requested,) = [one for one in story.events if one.action == "requested"]
    signals = requested.signals.model_copy(update=forged)
    story.logged.decided[0] = replace(
        story.logged.decided[0], events=(requested.model_copy(update={"signals": signals}),)
    )
    fault = story.logged.replayed().fault
    assert fault is not None
    assert "signals" in fault.why or "facts" in fault.why


@pytest.mark.parametrize("kind", SIGNAL_KINDS.values(), ids=list(SIGNAL_KINDS))
def test_every_kind_keeps_to_the_contract(kind: SignalKind) -> None:
    """Its inputs are small and plain, and what was raised and why is told from them alone."""
    full = History(LONG_AGO, tuple(past(number * HOUR) for number in range(1, MAX_REQUESTS + 1)))
    for history in (History(LONG_AGO), full):
        inputs = kind.observe(history, ASKED)
        assert inputs == kind.observe(history, ASKED)
        assert len(str(inputs)) < 400
        assert not any(value is None or isinstance(value, float) for value in inputs.values())
        assert kind.raised(inputs) in (True, False)
        assert kind.explain(inputs, str).endswith(".")
        assert len(kind.label) <= 20


def test_every_name_of_the_rules_has_its_kind() -> None:
    assert list(SIGNAL_KINDS) == list(get_args(Signal))


def test_times_near_midnight_are_near_each_other() -> None:
    late = [replace(one, at=one.at.replace(hour=23, minute=40)) for one in USUAL]
    assert "unusual-hour" not in raised(
        *late, asked=replace(ASKED, at=datetime.fromisoformat("2026-03-02T00:30Z"))
    )
