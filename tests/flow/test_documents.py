"""A document in Slack and the console: written in a window, sent back, approved by somebody else, shown as text alone."""

import pytest

from bot.demo.actor import filled, seen
from bot.demo.cast import ADA, GRACE
from tests.documents.story import PLAN, SERVICE
from tests.flow.deeds import card, press, told, window
from tests.flow.office import GENERAL, Office
from workflows.system.documents.state import Document, document_id

pytestmark = pytest.mark.server
SUBJECT = document_id("monitoring-plan", SERVICE)
SCRIPT = "<script>alert(1)</script> <!channel> *now*"


async def written(office: Office, **changes: str) -> dict:
    """Ada fills in the window that is open; Slack's answer."""
    view = await window(office.ada, "Metrics and thresholds")
    said = {f"field:{name}": text for name, text in {**PLAN, **changes}.items()}
    return dict(await office.ada.submit(view, filled(view, **said)))


async def until(office: Office, status: str) -> Document:
    async def there() -> Document | None:
        found = await office.daypass.reads.find(Document, SUBJECT)
        return found if found and found.status == status else None

    found: Document = await seen(f"the document is {status}", there)
    await office.quiet()
    return found


async def test_a_document_is_written_sent_back_and_approved_by_somebody_else(office: Office) -> None:
    await office.ada.command("/release document", GENERAL)
    chooser = await window(office.ada, "Only for templates about one version")
    chosen = filled(chooser, template="monitoring-plan", service=SERVICE)
    assert await office.ada.submit(chooser, chosen) == {"ok": True}
    answer = await written(office, thresholds="about 0.75")
    assert "ndcg_live >= 0.75" in answer["errors"]["field:thresholds"]
    assert await written(office, response=SCRIPT) == {"ok": True}
    await until(office, "draft")
    mine, hers = await office.ada.direct(), await office.grace.direct()
    await press(office.ada, mine, "Ask for approval", "Monitoring plan")
    await until(office, "pending")

    await press(office.grace, hers, "Send back…", "Monitoring plan")
    asked = await window(office.grace, "What has to change?")
    reason = filled(asked, reason="Name who is told at night.")
    assert await office.grace.submit(asked, reason) == {"ok": True}
    await until(office, "draft")
    await card(office.ada, mine, "Monitoring plan", "Name who is told at night.")
    await press(office.ada, mine, "Edit", "Monitoring plan")
    assert await written(office, owner="ranking on call, at night, too", response=SCRIPT) == {"ok": True}
    await until(office, "draft")
    await press(office.ada, mine, "Ask for approval", "Monitoring plan")
    await until(office, "pending")

    await press(office.grace, hers, "Review…", "Monitoring plan")
    view = await window(office.grace, "Approving counts for exactly this text.")
    texts = [block["text"] for block in view["blocks"] if block["type"] == "section"]
    (shown,) = [one for one in texts if "alert(1)" in one["text"]]
    assert shown["type"] == "plain_text"
    await office.grace.submit(view, {})
    approved = (await until(office, "approved")).approved
    assert approved is not None
    assert (approved.authors, approved.approved_by) == ((ADA,), (GRACE,))
    await card(office.ada, mine, "Monitoring plan", f"Approved by <@{GRACE}>")


async def test_whoever_may_not_write_is_told_so(office: Office) -> None:
    await office.barbara.command("/release document", GENERAL)
    await told(office.barbara, GENERAL, "You can't write documents yet")
