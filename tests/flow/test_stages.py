"""A model goes through its stages: the same bytes in staging first, then in production, on a real MLflow."""

from pathlib import Path

import yaml

from bot.demo.actor import text_of
from tests.flow.conftest import OpenOffice, Rules
from tests.flow.test_releasing import SERVICE, card, press, proposed, releases, until, watched
from tests.lab import Lab

STAGING = "services/ranking-staging.yaml"


def staged(rules: Rules, lab: Lab) -> Path:
    """The example, with a service of its own for staging, through which production has to come."""
    bundle = rules((SERVICE, "model: ranking-model", f"model: {lab.model}"))
    production = yaml.safe_load((bundle / SERVICE).read_text())
    staging = {
        **production,
        "service": "ranking-staging",
        "environment": "staging",
        "goes_live": {"alias": "staging"},
        "gates": [{"name": "trained", "kind": "run"}],
        "freezes": [],
    }
    del staging["checks"], staging["exceptions"]
    production["gates"].append({"name": "staged", "kind": "stage", "earlier": "ranking-staging"})
    for file, written in ((SERVICE, production), (STAGING, staging)):
        (bundle / file).write_text(yaml.safe_dump(written, sort_keys=False, default_flow_style=False))
    return bundle


async def test_production_takes_the_bytes_that_are_live_in_staging(
    open_office: OpenOffice, rules: Rules, lab: Lab
) -> None:
    lab.make_live(lab.trained({"ndcg": [0.8]}))
    lab.trained({"ndcg": [0.9]})
    bundle = staged(rules, lab)
    async with open_office(bundle=bundle, mlflow_tracking_uri=lab.url, daypass_watch_seconds=600) as office:
        early = await proposed(office, "/release ranking-model 2 straight to production")
        assert early.status == "proposed"
        assert "Nothing went live in ranking-staging" in early.results[-1].sentence

        await proposed(office, "/release ranking-staging 2 to be tried first")
        await press(office.grace, "Approve")
        await until(office, "live")
        lab.trained({"ndcg": [0.95]})
        other = await proposed(office, "/release ranking-model 3 not the one that was tried")
        assert "its artifact is another one" in other.results[-1].sentence

        again = await proposed(office, "/release ranking-model 2 tried in staging")
        assert again.status == "pending", again.results
        assert "Stages: staging: version 2 since" in text_of(await card(office.grace, "tried in staging"))
        await watched(office)
        looked_at = (await releases(office))[-1]
        assert (looked_at.id, looked_at.status) == (again.id, "pending"), "another look finds the same"
        await press(office.grace, "Approve")
        await until(office, "live")
        assert lab.live() == "2"
