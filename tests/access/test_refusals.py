"""Whatever can't be done is refused with a code for the log and a sentence for the person (P3, P4)."""

import re

import pytest

from tests.access.story import SUBJECT, Story
from tests.people import ADA, BARBARA, EDSGER, GRACE, MARGARET, RADIA
from workflows.access import refusals
from workflows.access.commands import ReviewAccess
from workflows.workflow import Actor, NoChange


def pending(story: Story) -> None:
    story.asks(ADA)


def pending_for_two(story: Story) -> None:
    story.asks(ADA, "warehouse-write", ticket="DATA-42")


def active(story: Story) -> None:
    pending(story)
    story.approves(GRACE)


def denied(story: Story) -> None:
    pending(story)
    story.denies(GRACE)


def withdrawn(story: Story) -> None:
    pending(story)
    story.withdraws(ADA)


def ended(story: Story) -> None:
    active(story)
    story.passes(hours=1)


def by_a_data_owner(story: Story) -> None:
    story.asks(GRACE)


def approved_by_grace(story: Story) -> None:
    pending_for_two(story)
    story.approves(GRACE)


def past_its_end(story: Story) -> None:
    """The clockwork is late: nobody has ended it yet."""
    active(story)
    story.clock.forward(hours=1)


def all_had(story: Story) -> None:
    story.asks(ADA, "warehouse-pii", seconds=1_800)
    story.approves(GRACE)
    story.approves(RADIA)
    for n in (1, 2, 3):
        story.gets_credentials(ADA)
        story.minted(f"crd_{n}")


BAD_CLICKS = [
    ("approving one's own request", pending, lambda s: s.approves(ADA), "own-request"),
    (
        "approving one's own request as a data owner",
        by_a_data_owner,
        lambda s: s.approves(GRACE),
        "own-request",
    ),
    ("denying one's own request", pending, lambda s: s.denies(ADA), "own-request"),
    ("approving as an auditor", pending, lambda s: s.approves(BARBARA), "not-an-approver"),
    ("approving before it was escalated to one", pending, lambda s: s.approves(MARGARET), "not-an-approver"),
    ("denying as a stranger", pending, lambda s: s.denies("USTRANGER"), "not-an-approver"),
    ("approving what was denied", denied, lambda s: s.approves(EDSGER), "decided"),
    ("denying what is active", active, lambda s: s.denies(EDSGER), "decided"),
    ("approving what was withdrawn", withdrawn, lambda s: s.approves(GRACE), "decided"),
    ("changing one's mind", approved_by_grace, lambda s: s.denies(GRACE), "reviewed"),
    (
        "approving on a card that showed something else",
        pending,
        lambda s: s.approves(GRACE, ("0" * 64, s.card[1])),
        "stale",
    ),
    (
        "approving on a card of another policy",
        pending,
        lambda s: s.approves(GRACE, (s.card[0], "0" * 64)),
        "stale",
    ),
    (
        "denying on a card that showed something else",
        pending,
        lambda s: s.denies(GRACE, card=("0" * 64, s.card[1])),
        "stale",
    ),
    ("denying for what is no text", pending, lambda s: s.denies(GRACE, "no\0"), "unreadable"),
    ("ending for what is no text", active, lambda s: s.revokes(GRACE, "\ud800"), "unreadable"),
    ("withdrawing what somebody else asked for", pending, lambda s: s.withdraws(GRACE), "not-yours"),
    ("withdrawing what is active", active, lambda s: s.withdraws(ADA), "decided"),
    ("getting somebody else's credentials", active, lambda s: s.gets_credentials(GRACE), "not-yours"),
    ("getting credentials before it is approved", pending, lambda s: s.gets_credentials(ADA), "not-granted"),
    ("getting credentials of what has ended", ended, lambda s: s.gets_credentials(ADA), "over"),
    (
        "getting credentials of what should have ended",
        past_its_end,
        lambda s: s.gets_credentials(ADA),
        "over",
    ),
    ("getting more credentials than a grant allows", all_had, lambda s: s.gets_credentials(ADA), "too-many"),
    ("giving back what somebody else holds", active, lambda s: s.gives_back(GRACE), "not-yours"),
    ("giving back what was never granted", denied, lambda s: s.gives_back(ADA), "not-granted"),
    ("revoking as an auditor", active, lambda s: s.revokes(BARBARA), "not-an-approver"),
    ("revoking what is still pending", pending, lambda s: s.revokes(GRACE), "not-granted"),
]


@pytest.mark.parametrize(
    ("before", "click", "code"),
    [pytest.param(*rest, id=name) for name, *rest in BAD_CLICKS],
)
def test_a_bad_click_changes_nothing_and_says_why(story, before, click, code):
    before(story)
    state = story.state

    refused = click(story)
    assert refused.code == code
    assert re.search(r"[a-z]\.$", refused.sentence)
    assert story.state == state


def test_a_click_that_comes_too_late_lapses_the_request(story):
    """The clockwork hasn't come to it yet, but time has."""
    story.asks(ADA)
    story.clock.forward(hours=4)

    refused = story.approves(GRACE)

    assert refused.code == "lapsed"
    assert story.status == "lapsed"
    assert story.told == [(ADA, "lapsed")]


def test_a_click_on_what_daypass_does_not_know_is_refused(world):
    refused = Story(world).handle(ReviewAccess("acc_99", "approve", "d", "p"), Actor(GRACE))
    assert refused == refusals.UNKNOWN


@pytest.mark.parametrize(
    ("who", "ask", "field", "code"),
    [
        (BARBARA, {}, "eligibility", "not-eligible"),
        ("USTRANGER", {"what": "warehouse-sample", "seconds": 600}, "eligibility", "not-eligible"),
        (ADA, {"what": "the moon"}, "entitlement", "unknown"),
        (ADA, {"seconds": 9 * 3_600}, "duration", "too-long"),
        (ADA, {"seconds": 9}, "duration", "too-short"),
        (ADA, {"seconds": -5}, "duration", "too-short"),
        (ADA, {"why": "because"}, "justification", "too-short"),
        (ADA, {"why": " " * 50}, "justification", "too-short"),
        (ADA, {"why": "x" * 1_001}, "justification", "too-long"),
        (ADA, {"what": "warehouse-write"}, "ticket", "missing"),
        (ADA, {"what": "warehouse-write", "ticket": "my mail"}, "ticket", "wrong-form"),
        (RADIA, {"what": "warehouse-pii", "seconds": 600}, "eligibility", "not-eligible"),
    ],
)
def test_what_may_not_be_asked_for_is_refused_at_its_field(story, who, ask, field, code):
    refused = story.asks(who, **ask)

    assert code in refused.code.split(",")
    assert refused.fields[field] in refused.sentence
    assert story.state is None


def test_everything_wrong_with_a_question_is_said_at_once(story):
    refused = story.asks(ADA, "warehouse-write", seconds=90_000, why="?")
    assert set(refused.fields) == {"duration", "justification", "ticket"}
    assert refused.code == "too-long,too-short,missing"


class TestDoneTwice:
    """A double click, or Slack delivering again: the second one changes nothing and is no fault."""

    @pytest.mark.parametrize(
        ("before", "click"),
        [
            (approved_by_grace, lambda s: s.approves(GRACE)),
            (active, lambda s: s.approves(GRACE)),
            (denied, lambda s: s.denies(GRACE)),
            (withdrawn, lambda s: s.withdraws(ADA)),
            (ended, lambda s: s.gives_back(ADA)),
            (ended, lambda s: s.revokes(GRACE)),
        ],
    )
    def test_is_done_once(self, story, before, click):
        before(story)
        assert click(story) == NoChange()


def test_nothing_is_known_of_other_credentials(story):
    active(story)
    assert story.minted("crd_of_another_grant") == NoChange()
    assert story.not_minted("crd_of_another_grant", lost=True) == NoChange()
    assert story.not_ended("crd_of_another_grant") == NoChange()
    assert story.now.id == SUBJECT
