"""What is too large for a message or a list is a click away: a playbook of 55 steps, the 121 services of a company."""

from pathlib import Path

from bot.demo.actor import Json, filled, seen, text_of
from tests.flow.conftest import OpenOffice, Rules
from tests.flow.deeds import form, post, window
from workflows.incidents.state import EVERY, KIND, Incident

LONG = f"""
playbook: long
title: Everything we know
services: [ranking-model]
phases:
  - title: All of it
    steps:
{"".join(f"      - {{name: step-{n}, title: Look at part {n}, owner: commander}}{chr(10)}" for n in range(55))}"""


def a_large_company(rules: Rules) -> Path:
    """A long playbook, the first that fits, and services beyond what a list shows."""
    bundle = rules()
    (bundle / "playbooks" / "long.yaml").write_text(LONG)
    text = (bundle / "services" / "ranking-model.yaml").read_text()
    for number in range(120):
        copy = text.replace("service: ranking-model", f"service: model-{number}")
        copy = copy.replace("title: Ranking model", f"title: Model {number}")
        (bundle / "services" / f"model-{number}.yaml").write_text(copy)
    return bundle


async def test_a_long_playbook_and_many_services_can_be_used(open_office: OpenOffice, rules: Rules) -> None:
    async with open_office(bundle=a_large_company(rules)) as office:
        view = await form(office.margaret, "/incident")
        answer = await post(
            office.margaret,
            "suggest",
            container={"type": "view", "view_id": view["id"]},
            block_id="service",
            action_id="incident.service",
            value="model 119",
        )
        assert [one["value"] for one in answer["options"]] == ["model-119"]
        assert await office.margaret.submit(
            view,
            filled(view, title="model 119 is slow", severity="sev2", service="model-119", playbook="long"),
        ) == {"ok": True}

        async def there() -> Incident | None:
            found = await office.daypass.reads.in_status(Incident, KIND, EVERY)
            return found[0] if found and found[0].channel else None

        incident: Incident = await seen("the incident", there)
        assert incident.service == "model-119"
        channel = str(incident.channel)

        async def long_list() -> Json | None:
            shown = await office.margaret.messages(channel)
            return next((one for one in shown if "0 of 55 steps are finished" in text_of(one)), None)

        checklist = await seen("the checklist", long_list)
        await office.margaret.press(channel, checklist, "Show all")
        everything = await window(office.margaret, "Look at part 54")
        assert "Look at part 0" in text_of(everything)
