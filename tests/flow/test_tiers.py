"""A release in a risk tier, on a real MLflow: the answers are approved, the release waits, and the answers change."""

from pathlib import Path

from bot.demo.actor import seen, text_of
from tests.flow.conftest import OpenOffice, Rules
from tests.flow.deeds import form
from tests.flow.office import Office
from tests.flow.test_releasing import SERVICE, card, press, proposed, releases, watched, window
from tests.lab import Lab
from tests.tiers import HIGH, LOW, TIERS
from workflows.releases.state import Release
from workflows.system.documents.commands import ReviewDocument, SubmitDocument, WriteDocument
from workflows.system.documents.state import document_id
from workflows.workflow import Actor, Command

QUESTIONNAIRE = document_id("risk-questionnaire", "ranking-model")


def tiered(rules: Rules, lab: Lab) -> Path:
    """The example with tiers, of which the highest asks for a metric that no other gate looks at."""
    bundle = rules(
        (SERVICE, "model: ranking-model", f"model: {lab.model}"), (SERVICE, "after: 15s", "after: 1h")
    )
    slow = "{name: limits, kind: metric, metric: latency, at_most: 200}"
    old = "{name: limits, kind: model-card, sections: [Limitations]}"
    assert old in TIERS
    (bundle / "tiers.yaml").write_text(TIERS.replace(old, slow))
    return bundle


async def tell(office: Office, who: str, command: Command) -> str:
    """The digest of the document after this."""
    outcome = await office.daypass.ledger.handle(command, Actor.person(who), "slack")
    assert outcome.refusal is None, outcome.refusal
    assert outcome.state is not None
    return str(outcome.state.digest)


async def answered(office: Office, values: dict[str, str]) -> str:
    return await tell(
        office,
        office.ada.id,
        WriteDocument(QUESTIONNAIRE, "risk-questionnaire", "ranking-model", values=values),
    )


async def voided(office: Office) -> Release:
    async def there() -> Release | None:
        found = (await releases(office))[-1]
        return found if found.voided else None

    found: Release = await seen("an approval that is void", there)
    await office.quiet()
    return found


async def test_approvals_rest_on_the_tier_that_counts(
    open_office: OpenOffice, rules: Rules, lab: Lab
) -> None:
    lab.make_live(lab.trained({"ndcg": [0.8], "latency": [90.0]}))
    lab.trained({"ndcg": [0.9], "latency": [120.0]})
    bundle = tiered(rules, lab)
    async with open_office(bundle=bundle, mlflow_tracking_uri=lab.url, daypass_watch_seconds=600) as office:
        first = await proposed(office, "/release ranking-model 2 nobody has answered yet")
        assert first.terms.tier == "high"
        assert [(one.gate, one.verdict) for one in first.results][-1] == ("limits", "passed"), first.results
        shown = text_of(await card(office.grace, "nobody has answered yet"))
        assert "tier High" in shown
        assert "The highest tier counts, because the service has no approved answers" in shown

        digest = await answered(office, LOW)
        digest = await tell(office, office.ada.id, SubmitDocument(QUESTIONNAIRE, digest))
        await tell(office, office.edsger.id, ReviewDocument(QUESTIONNAIRE, "approve", digest))
        await watched(office)
        lower = (await releases(office))[-1]
        assert (lower.terms.tier, lower.status) == ("low", "pending")

        await form(office.ada, "/release ranking-model 2 and again")
        shown = text_of(await window(office.ada, "better* passed"))
        assert "limits" not in shown, "the window shows the checks of the tier that counts"

        await answered(office, HIGH)
        await press(office.grace, "Approve")
        raised = await voided(office)
        assert (raised.status, raised.terms.tier, raised.reviews) == ("pending", "high", ())
        assert raised.voided == ("tier",)
        assert (raised.results[-1].gate, raised.results[-1].verdict) == ("limits", "passed"), raised.results
        assert lab.live() == "1", "the answers were read right before it would have gone live"
        shown = text_of(await card(office.grace, "Approval voided"))
        assert "the service's risk tier or the answers behind it changed" in shown
        assert "Tier High counts already" in shown
