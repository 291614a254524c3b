"""A metric gets worse while a release is live: the policy rolls it back in MLflow, and says so in Slack."""

from pathlib import Path

from bot.demo.actor import text_of
from integrations.live_metrics import MetricsAddress
from tests.flow.conftest import OpenOffice, Rules
from tests.flow.test_release_threads import broadcast, thread
from tests.flow.test_releasing import SERVICE, card, press, proposed, until
from tests.lab import Lab
from tests.outgoing.hostile import answer, hostile
from workflows.releases.live_checks.watch import JOB

LIVE_CHECKS = """
live_checks:
  - name: latency
    about: latency
    source: quality
    pointer: /p99
    at_most: 0.25
    every: 1m
    failures: 2
    on_failure: roll-back

freezes:
"""


async def test_what_gets_worse_is_rolled_back_by_the_policy_s_rule(
    open_office: OpenOffice, rules: Rules, lab: Lab
) -> None:
    bundle: Path = rules(
        (SERVICE, "model: ranking-model", f"model: {lab.model}"),
        (SERVICE, "after: 15s", "after: 1d"),
        (SERVICE, "\nfreezes:\n", LIVE_CHECKS),
    )
    lab.make_live(lab.trained({"ndcg": [0.8]}))
    lab.trained({"ndcg": [0.9]})
    async with hostile(answer(b'{"p99": 0.1}')) as server:
        metrics = {"quality": MetricsAddress("http", f"{server.url}/$version")}
        async with open_office(
            bundle=bundle,
            mlflow_tracking_uri=lab.url,
            daypass_watch_seconds=600,
            daypass_live_metrics=metrics,
        ) as office:
            await proposed(office)
            await press(office.grace, "Approve")
            await until(office, "live")
            (look,) = [one for one in office.daypass.jobs.all() if one.name == JOB]
            for _ in range(2):
                await office.forward(minutes=2)
                await look.run()
            state = await until(office, "live")
            assert [one.result.verdict for one in state.live_checks] == ["passed"]

            server.says = answer(b'{"p99": 0.4}')
            for _ in range(2):
                assert lab.live() == "2"
                await office.forward(minutes=2)
                await look.run()
            state = await until(office, "rolled back")
            assert (lab.live(), state.rolled_back_to) == ("1", "1")
            assert {head.split()[1] for head in server.asked} == {"/2"}
            told = await broadcast(office.grace, "Live check latency failed in 2 looks in a row")
            assert "latency is 0.4 (required: at most 0.25)" in text_of(told)
            said = "\n".join(await thread(office.grace))
            assert "The policy rolls it back, because live check latency failed" in said
            assert "Rolled back" in text_of(await card(office.grace, "Rolled back"))
