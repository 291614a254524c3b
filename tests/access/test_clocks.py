"""While clocks differ too much, nothing is granted and no credential made; whatever ends access goes on (P1)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.access.story import SUBJECT, WHY
from workflows.access.commands import RequestAccess, ReviewAccess, WithdrawAccess
from workflows.clock_skew import CLOCKS_DIFFER, TOO_FAR_AHEAD
from workflows.workflow import Actor, Refused, World

SENTENCE = "Daypass's clock differs from Vault's."


@pytest.fixture
def astray(world: World) -> World:
    return replace(world, clocks=SENTENCE)


def code(decision: object) -> str:
    return decision.code if isinstance(decision, Refused) else ""


def test_the_approval_that_would_grant_is_refused_and_counts_when_the_clocks_are_right(story, world, astray):
    story.asks("UADA")
    story.world = astray
    refused = story.approves("UGRACE")
    assert (code(refused), refused.sentence) == (CLOCKS_DIFFER, SENTENCE)
    assert (story.status, story.now.reviews) == ("pending", ())

    story.world = world
    story.approves("UGRACE")
    assert story.status == "active"


def test_what_the_rules_grant_by_themselves_is_refused(story, astray):
    story.world = astray
    assert code(story.asks("UADA", "warehouse-sample", 600)) == CLOCKS_DIFFER
    assert story.state is None


def test_no_credential_is_made_under_a_grant_that_there_is(story, world, astray):
    story.asks("UADA", "warehouse-sample", 600)
    story.world = astray
    assert code(story.gets_credentials("UADA")) == CLOCKS_DIFFER
    assert story.called_for("mint") == []

    story.world = world
    story.gets_credentials("UADA")
    assert len(story.called_for("mint")) == 1


@pytest.mark.parametrize("how", ["given back", "revoked", "expired"])
def test_ending_goes_on(story, astray, how):
    story.asks("UADA", "warehouse", 3_600)
    story.approves("UGRACE")
    story.gets_credentials("UADA")
    story.minted("crd_1")
    story.world = astray
    match how:
        case "given back":
            story.gives_back("UADA")
        case "revoked":
            story.revokes("UGRACE")
        case "expired":
            story.passes(seconds=3_600)
    assert story.status == "ending"
    story.not_ended("crd_1")
    story.ended("crd_1")
    assert (story.status, story.now.grant.how) == ("ended", how)


@pytest.mark.parametrize("what", ["denied", "withdrawn", "lapsed", "asked"])
def test_what_grants_nothing_goes_on(story, astray, what):
    story.world = astray
    story.asks("UADA")
    match what:
        case "denied":
            story.denies("UGRACE")
        case "withdrawn":
            story.withdraws("UADA")
        case "lapsed":
            story.passes(seconds=story.now.terms.lapse)
    assert story.status == ("pending" if what == "asked" else what)


def test_a_minting_that_was_under_way_is_heard_of(story, astray):
    story.asks("UADA", "warehouse-sample", 600)
    story.gets_credentials("UADA")
    story.world = astray
    story.minted("crd_1")
    assert story.now.credential("crd_1").status == "live"


@pytest.mark.parametrize(("seconds", "code"), [(3_600, CLOCKS_DIFFER), (31, CLOCKS_DIFFER), (29, "")])
async def test_nothing_is_granted_on_what_a_clock_wrote_that_was_ahead(ledger, clock, seconds, code):
    """The clock was put right since. The grant would begin at the request's last event, and end as much late."""
    clock.forward(seconds=seconds)
    asked = await ledger.handle(RequestAccess(SUBJECT, "warehouse", 3_600, WHY), Actor("UADA"), "test")
    assert asked.refusal is None
    clock.at -= timedelta(seconds=seconds)
    command = ReviewAccess(SUBJECT, "approve", asked.state.digest, asked.state.terms.digest)
    approved = await ledger.handle(command, Actor("UGRACE"), "test")

    assert (approved.refusal.code if approved.refusal else "") == code
    if approved.state and approved.state.grant:
        assert approved.state.grant.ends_at <= clock.at + timedelta(seconds=3_600) + TOO_FAR_AHEAD
    withdrawn = await ledger.handle(WithdrawAccess(SUBJECT), Actor("UADA"), "test")
    assert withdrawn.refusal is None or not code
