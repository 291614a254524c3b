"""A document is written by some and approved by others, and what was approved stays until something else is."""

from datetime import date, timedelta

import pytest

from tests.builders import MONDAY
from tests.documents.story import PLAN, SERVICE, DocumentStory
from tests.logged import renumbered
from tests.people import ADA, BARBARA, EDSGER, GRACE, with_two_accounts
from workflows.audit.replay import replay
from workflows.policy.schema.templates import DocumentRule
from workflows.system.documents import WORKFLOW
from workflows.system.documents.approved import approved_text
from workflows.system.documents.commands import WriteDocument
from workflows.system.documents.state import document_id, write_content
from workflows.workflow import NoChange, Refused

CHANGED = {**PLAN, "schedule": "daily"}


def approved(story: DocumentStory) -> DocumentStory:
    story.write(ADA)
    story.submit(ADA)
    story.approve(GRACE)
    return story


def code(decision) -> str:
    assert isinstance(decision, Refused), decision
    return decision.code


def test_from_a_draft_to_an_approved_text(story):
    approved(story)
    assert story.actions == ["drafted", "submitted", "reviewed", "approved"]
    text = approved_text(story.now)
    assert text is not None
    assert dict(text.fields) == PLAN
    assert (text.approved_by, text.approved_at, text.authors) == ((GRACE,), MONDAY, (ADA,))
    assert text.expires_at == MONDAY + timedelta(days=365)
    assert text.digest == story.now.digest


def test_a_later_text_changes_nothing_until_it_is_approved(story):
    before = approved_text(approved(story).now)
    story.write(GRACE, CHANGED)
    assert (story.now.status, story.now.number) == ("draft", 2)
    assert approved_text(story.now) == before
    story.submit(GRACE)
    assert approved_text(story.now) == before
    story.approve(EDSGER)
    later = approved_text(story.now)
    assert later is not None
    assert (later.number, later.fields["schedule"]) == (2, "daily")


def test_whoever_wrote_any_of_it_decides_nothing(story):
    story.write(GRACE)
    story.write(ADA, CHANGED)
    story.submit(ADA)
    assert code(story.approve(GRACE)) == "own-document"
    assert code(story.send_back(GRACE)) == "own-document"
    story.approve(EDSGER)
    assert story.now.status == "approved"


def test_what_is_taken_over_still_has_its_authors(story):
    story.write(GRACE)
    story.submit(GRACE)
    story.approve(EDSGER)
    story.write(ADA, CHANGED)
    story.submit(ADA)
    assert code(story.approve(GRACE)) == "own-document"


def test_another_account_of_an_author_decides_nothing(story):
    story.world = with_two_accounts(story.world, ADA, GRACE)
    story.write(ADA)
    story.submit(ADA)
    assert code(story.approve(GRACE)) == "own-document"


def test_only_what_was_shown_is_approved(story):
    story.write(ADA)
    shown = story.now.digest
    story.submit(ADA)
    story.write(ADA, CHANGED)
    assert story.now.status == "draft"
    assert code(story.approve(GRACE)) == "draft"
    story.submit(ADA)
    assert code(story.approve(GRACE, shown)) == "stale"
    assert approved_text(story.now) is None


def test_a_text_that_is_sent_back_is_a_draft_with_the_reason(story):
    story.write(ADA)
    story.submit(ADA)
    assert code(story.send_back(GRACE, " ")) == "reason-missing"
    story.send_back(GRACE)
    assert (story.now.status, story.now.reason) == ("draft", "Name who is told at night.")
    story.write(ADA, {**PLAN, "owner": "ranking on call, at night, too"})
    story.submit(ADA)
    story.approve(GRACE)
    assert story.now.status == "approved"


@pytest.mark.parametrize(
    ("by", "change", "refused"),
    [
        (BARBARA, {}, "not-a-writer"),
        (ADA, {"thresholds": "ndcg_live about 0.75"}, "invalid"),
        (ADA, {"colour": "red"}, "invalid"),
        (ADA, {"owner": "two\nlines"}, "invalid"),
        (ADA, {"drift": "x" * 3_001}, "invalid"),
    ],
)
def test_what_cannot_be_written(story, by, change, refused):
    assert code(story.write(by, {**PLAN, **change})) == refused
    assert story.state is None


def test_an_incomplete_draft_is_kept_but_not_submitted(story):
    story.write(ADA, {"owner": "ranking on call"})
    refused = story.submit(ADA)
    assert code(refused) == "incomplete"
    assert "thresholds" in refused.fields
    assert "retraining" not in refused.fields


def test_nobody_writes_over_a_text_that_they_have_not_seen(story):
    story.write(ADA, base="")
    begun = story.now.digest
    story.write(GRACE, CHANGED, base=begun)
    assert code(story.write(ADA, base=begun)) == "stale"
    assert story.now.values["schedule"] == "daily"


def test_an_id_is_of_one_document(story):
    other = document_id("risk-assessment", SERVICE)
    assert (
        code(story.tell(WriteDocument(other, "monitoring-plan", SERVICE, values=PLAN), ADA))
        == "other-subject"
    )


def test_a_text_is_due_again(story, clock):
    story.write(ADA, due=date(2026, 3, 31))
    story.submit(ADA)
    story.approve(GRACE)
    text = approved_text(story.now)
    assert text is not None
    clock.at = text.expires_at - timedelta(seconds=1)
    assert isinstance(story.pass_time(), NoChange)
    assert text.counts_at(clock())
    clock.forward(seconds=1)
    assert not text.counts_at(clock())
    story.pass_time()
    assert story.now.status == "expired"
    story.write(ADA, CHANGED)
    story.submit(ADA)
    story.approve(GRACE)
    assert story.now.status == "approved"


def test_a_text_whose_last_day_is_over_is_not_approved(story, clock):
    assert code(story.write(ADA, due=date(2026, 3, 1))) == "past"
    story.write(ADA, due=date(2026, 3, 3))
    story.submit(ADA)
    clock.forward(days=3)
    assert code(story.approve(GRACE)) == "past"


def test_the_policy_says_how_many_approve_and_a_stricter_one_drops_approvals(story):
    story.write(ADA)
    story.submit(ADA)
    story.under(digest="other", document_rules={"monitoring-plan": DocumentRule(quorum=2)})
    assert code(story.approve(GRACE)) == "stale"
    assert story.actions[-1] == "terms-revised"
    story.approve(GRACE)
    assert story.now.status == "pending"
    story.approve(EDSGER)
    assert story.now.status == "approved"


def test_a_text_of_a_changed_template_is_written_again(story):
    story.write(ADA)
    templates = story.world.bundle.templates
    plan = templates["monitoring-plan"].model_copy(update={"title": "Watching"})
    story.under(digest="other", templates={**templates, "monitoring-plan": plan})
    assert code(story.submit(ADA)) == "template-changed"
    story.write(ADA)
    story.submit(ADA)
    story.approve(GRACE)
    assert story.now.approved.template.digest == plan.digest


def test_nothing_is_submitted_that_nobody_could_approve(story):
    story.under(document_rules={"monitoring-plan": DocumentRule(approvers=("scientists",))})
    story.write(ADA)
    assert code(story.submit(ADA)) == "too-few-approvers"


def test_a_discarded_draft_leaves_what_was_approved(story):
    before = approved_text(approved(story).now)
    story.write(GRACE, CHANGED)
    story.discard(GRACE)
    assert (story.now.status, approved_text(story.now)) == ("approved", before)
    assert dict(story.now.values) == PLAN


def test_script_and_markup_are_kept_as_they_were_typed(story):
    script = {**PLAN, "response": "<script>alert(1)</script> <!channel> *bold*"}
    story.write(ADA, script)
    assert story.now.values["response"] == script["response"]


def test_the_log_alone_leads_to_the_same_document(story, clock):
    approved(story)
    story.write(GRACE, CHANGED, due=date(2026, 3, 31))
    story.submit(GRACE)
    story.send_back(EDSGER)
    story.write(GRACE, PLAN)
    story.submit(GRACE)
    story.approve(EDSGER)
    story.write(ADA, CHANGED)
    story.discard(ADA)
    clock.forward(days=400)
    story.pass_time()
    replayed = story.logged.replayed()
    assert replayed.fault is None, replayed.fault
    assert replayed.state == story.now


@pytest.mark.parametrize("left_out", ["drafted", "submitted", "reviewed"])
def test_a_log_without_one_of_its_steps_could_not_have_happened(story, left_out):
    approved(story)
    kept = [one for one in story.logged.story() if one[0].action != f"document.{left_out}"]
    assert replay(WORKFLOW, renumbered(kept)).fault is not None


def test_an_approval_of_another_text_could_not_have_happened(story):
    approved(story)
    forged = [(leaf, {**typed, **_content(typed)}) for leaf, typed in story.logged.story()]
    fault = replay(WORKFLOW, forged).fault
    assert fault is not None
    assert fault.leaf.action == "document.drafted"


def _content(typed):
    return {"content": write_content(CHANGED)} if "content" in typed else {}
