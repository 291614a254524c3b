"""A kit in Slack: one form, one card that is decided with one click, one window for the logins, and one end."""

from collections.abc import AsyncIterator

import pytest

from bot.demo.actor import Actor as Human
from bot.demo.actor import Json, seen
from tests.access.kits import KITS
from tests.flow.conftest import OpenOffice, Rules
from tests.flow.deeds import (
    buttons,
    card,
    confirm,
    filled,
    form,
    give_reason,
    log_of,
    message,
    press,
    press_as_shown,
    said,
    told,
    window,
)
from tests.flow.office import APPROVALS, Office
from tests.flow.test_home import home
from workflows.access.commands import ReviewAccess
from workflows.access.state import Access
from workflows.workflow import Actor

TYPED = "/access churn 30m because last night's churn features look stale"
RULES = "resources/feature-warehouse.yaml"
READING, SAMPLE, WRITING = "warehouse", "warehouse-sample", "warehouse-write"


@pytest.fixture
async def office(open_office: OpenOffice, rules: Rules) -> AsyncIterator[Office]:
    bundle = rules()
    (bundle / "kits.yaml").write_text(KITS)
    async with open_office(daypass_bundle=bundle) as office:
        yield office


async def requested(office: Office) -> str:
    """Ada requests the kit; the id of its first request, once all are there."""
    view = await form(office.ada, TYPED)
    assert await office.ada.submit(view, filled(view, ticket="DATA-42")) == {"ok": True}

    async def all_there() -> bool:
        return len(await office.requests()) == 3

    await seen("all of the kit is requested", all_there)
    await office.quiet()
    return (await states(office))[READING].id


async def states(office: Office) -> dict[str, Access]:
    return {one.terms.entitlement: one for one in await office.requests()}


async def come_to(office: Office, **wanted: str) -> None:
    """Wait until each entitlement, with `_` for `-`, has come to this status."""
    expected = {name.replace("_", "-"): status for name, status in wanted.items()}

    async def there() -> bool:
        found = await states(office)
        return all(name in found and found[name].status == status for name, status in expected.items())

    await seen(f"{expected}", there)


async def cards_of(person: Human, channel: str, *words: str) -> list[Json]:
    """The cards that say these words; every card has *Details*."""
    found = [one for one in await person.messages(channel) if "access.show-all" in str(one["blocks"])]
    return [one for one in found if all(word in said(one) for word in words)]


async def test_from_the_form_to_the_end_of_all_of_it(office: Office) -> None:
    first = await requested(office)
    shown = await card(office.grace, APPROVALS, first, "Look into churn", "Strictest rule")
    assert "Change the feature warehouse" in said(shown)
    assert len(await cards_of(office.grace, APPROVALS)) == 1
    assert len(await cards_of(office.ada, await office.ada.direct())) == 1

    await press(office.grace, APPROVALS, "Approve", first)
    await confirm(office.grace)
    await come_to(office, warehouse="active", warehouse_sample="active", warehouse_write="pending")
    await press(office.radia, await office.radia.direct(), "Approve", first)
    await confirm(office.radia)
    await come_to(office, warehouse_write="active")
    await office.quiet()

    await press(office.ada, await office.ada.direct(), "Get credentials", first)
    handed = await window(
        office.ada,
        "Read the feature warehouse*.",
        "Change the feature warehouse*.",
        "Read the warehouse's sample tables*.",
    )
    assert str(handed["blocks"]).count("Paste one of these") == 3
    await office.ada.close(handed)

    await press(office.ada, await office.ada.direct(), "Give back", first)
    await come_to(office, warehouse="ended", warehouse_sample="ended", warehouse_write="ended")
    found = (await states(office)).values()
    assert [one.status for state in found for one in state.credentials] == ["ended"] * 3
    await home(office, office.ada, "Ask again")


async def test_a_click_counts_where_its_rule_lets_it_and_says_where_not(office: Office) -> None:
    first = await requested(office)
    await press(office.radia, await office.radia.direct(), "Approve", first)
    await confirm(office.radia)
    await window(office.radia, "counts for", "Read the feature warehouse")
    found = await states(office)
    assert [one.reviewer for one in found[WRITING].reviews] == [office.radia.id]
    assert found[READING].reviews == ()

    await press(office.ada, await office.ada.direct(), "Withdraw", first)
    await come_to(office, warehouse="withdrawn", warehouse_write="withdrawn", warehouse_sample="active")


async def test_more_time_follows_on_each(office: Office) -> None:
    first = await requested(office)
    await press(office.grace, APPROVALS, "Approve", first)
    await confirm(office.grace)
    await come_to(office, warehouse="active", warehouse_sample="active")
    await office.quiet()
    await press(office.ada, await office.ada.direct(), "Extend", first)
    view = await window(office.ada, "Look into churn", "Starts when your access ends")
    assert await office.ada.submit(view, filled(view, duration="20m", ticket="DATA-42")) == {"ok": True}

    async def both() -> list[Access]:
        found = [one for one in await office.requests() if one.extends]
        return found if len(found) == 2 else []

    more = {one.terms.entitlement: one for one in await seen("both are extended", both)}
    assert {name: one.status for name, one in more.items()} == {READING: "pending", SAMPLE: "scheduled"}
    assert {one.kit.first for one in more.values() if one.kit} == {more[READING].id}


async def test_more_time_is_for_what_was_requested_of_it_and_is_active(office: Office) -> None:
    view = await form(office.ada, TYPED)
    values = filled(view, ticket="DATA-42")
    boxes = values["kit:churn"]["kit"]
    boxes["selected_options"] = [one for one in boxes["selected_options"] if one["value"] != READING]
    assert await office.ada.submit(view, values) == {"ok": True}
    await come_to(office, warehouse_sample="active", warehouse_write="pending")
    await office.quiet()
    first = (await states(office))[SAMPLE].id
    await press(office.ada, await office.ada.direct(), "Extend", first)
    view = await window(office.ada, "Look into churn", "Starts when your access ends")
    assert "Change the feature warehouse" not in str(view["blocks"])
    assert await office.ada.submit(view, filled(view, duration="20m", ticket="DATA-42")) == {"ok": True}

    async def extended() -> list[Access]:
        return [one for one in await office.requests() if one.extends]

    (more,) = await seen("it is extended", extended)
    assert (more.terms.entitlement, more.extends and more.extends.grant) == (SAMPLE, first)


async def test_a_denial_ends_what_isn_t_decided_yet(office: Office) -> None:
    first = await requested(office)
    await press(office.radia, await office.radia.direct(), "Deny", first)
    assert await give_reason(office.radia, "the tables are frozen today") == {"ok": True}
    await come_to(office, warehouse_write="denied", warehouse="withdrawn", warehouse_sample="active")
    await message(office.ada, await office.ada.direct(), "the tables are frozen today")
    shown = await card(office.grace, APPROVALS, first, "was denied")
    assert "Approve" not in buttons(shown)


async def test_what_a_card_showed_before_is_not_what_is_approved(office: Office) -> None:
    """Approving part of it for less changes what the others are asked to approve."""
    first = await requested(office)
    before = await card(office.grace, APPROVALS, first, "Look into churn")
    found = (await states(office))[WRITING]
    shown = (found.digest, found.terms.digest)
    less = ReviewAccess(found.id, "approve", *shown, confirmed=True, seconds=600)
    await office.daypass.ledger.handle(less, Actor.person(office.radia.id), "slack")
    await press_as_shown(office.grace, APPROVALS, before, "Approve")
    await told(office.grace, APPROVALS, "out of date")
    assert (await states(office))[READING].reviews == ()
    assert await log_of(office, first) == ["access.requested", f"stale by {office.grace.id}"]


async def test_what_can_t_be_created_takes_nothing_from_the_others(
    open_office: OpenOffice, rules: Rules
) -> None:
    bundle = rules((RULES, "path: database/creds/warehouse-sample", "path: database/creds/nothing-there"))
    (bundle / "kits.yaml").write_text(KITS)
    async with open_office(daypass_bundle=bundle) as office:
        first = await requested(office)
        await press(office.grace, APPROVALS, "Approve", first)
        await confirm(office.grace)
        await come_to(office, warehouse="active", warehouse_sample="active")
        await press(office.ada, await office.ada.direct(), "Get credentials", first)
        handed = await window(office.ada, "Paste one of these", "You don't have credentials yet")
        assert "Read the feature warehouse*. Your login expires" in str(handed["blocks"])
        await office.quiet()
        found = await states(office)
        assert [one.status for one in found[READING].credentials] == ["live"]
        assert [one.status for one in found[SAMPLE].credentials] == ["failed"]


async def test_break_glass_names_what_of_it_can_be_taken_instead(office: Office) -> None:
    view = await form(office.grace, "/access churn break-glass because customers see old prices")
    assert "one thing at a time. You can take warehouse:" in str(view["blocks"])
    view = await form(office.ada, "/access churn break-glass because customers see old prices")
    assert "Request it instead" in str(view["blocks"])
