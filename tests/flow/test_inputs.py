"""What an entitlement asks for besides a reason: asked in the form, approved with it, found by it."""

from bot.demo.actor import Json, filled, seen, text_of, values_of
from tests.access.changes import RISK, RULES
from tests.flow.conftest import OpenOffice, Rules
from tests.flow.deeds import WHY, act, card, form, press, said, window
from tests.flow.office import APPROVALS, Office

INPUTS = f"""    inputs:
      dataset: {{title: Dataset, type: choice, options: [eu, us]}}
      schema: {{title: Schema, type: text, pattern: "[a-z]{{1,20}}", hint: "Lowercase letters, such as sales"}}
{RISK}"""
PLAYBOOK = "playbooks/stale-features.yaml"
WITHOUT_GRANT = tuple(
    (PLAYBOOK, f"{deed}: warehouse\n", f"{deed}: warehouse-sample\n") for deed in ("grant", "revoke")
)
"""A playbook gives no inputs."""


def fields(view: Json) -> list[str]:
    return [block for block in values_of(view) if block.startswith("input:")]


async def redrawn(office: Office, view: Json, block: str, action: str, values: Json) -> Json:
    """The window after one of its choices was changed."""
    where = {"type": "view", "view_id": view["id"]}
    await act(office.ada, where, block, action, values[block][action], values)

    async def changed() -> Json | None:
        now = await office.ada.modal()
        return now if now and now["hash"] != view["hash"] else None

    found: Json = await seen("the window changed", changed)
    return found


async def test_they_are_asked_in_the_form_approved_with_the_card_and_found(
    open_office: OpenOffice, rules: Rules
) -> None:
    bundle = rules((RULES, RISK, INPUTS), *WITHOUT_GRANT)
    async with open_office(bundle=bundle) as office:
        view = await form(office.ada, f"/access warehouse 1h schema=SALES because {WHY}")
        assert fields(view) == ["input:warehouse:dataset", "input:warehouse:schema"]
        assert "Lowercase letters, such as sales" in text_of(view)

        wrong = await office.ada.submit(view, filled(view, **{"input:warehouse:dataset": "eu"}))
        assert list(wrong["errors"]) == ["input:warehouse:schema"]
        assert "“SALES” isn't allowed for “Schema”" in wrong["errors"]["input:warehouse:schema"]
        assert await office.requests() == []

        right = filled(view, **{"input:warehouse:dataset": "eu", "input:warehouse:schema": "sales"})
        assert await office.ada.submit(view, right) == {"ok": True}
        asked = await office.until("pending")
        assert asked.inputs == {"dataset": "eu", "schema": "sales"}
        shown = await card(office.grace, APPROVALS, asked.id, "Dataset: eu · Schema: sales")
        assert "Dataset: eu" in said(shown)
        await office.grace.press(APPROVALS, shown, "Details")
        assert "sales" in text_of(await window(office.grace, "Schema"))
        await press(office.grace, APPROVALS, "Approve", asked.id)
        assert (await office.until("active")).inputs == asked.inputs


async def test_the_form_is_redrawn_with_what_the_next_choice_asks_for(
    open_office: OpenOffice, rules: Rules
) -> None:
    bundle = rules((RULES, RISK, INPUTS), *WITHOUT_GRANT)
    async with open_office(bundle=bundle) as office:
        view = await form(office.ada, "/access sample")
        assert fields(view) == []
        values = filled(view, entitlement="warehouse", justification=WHY)
        chosen = await redrawn(office, view, "entitlement", "entitlement", values)
        assert fields(chosen) == ["input:warehouse:dataset", "input:warehouse:schema"]
        values = filled(chosen, **{"input:warehouse:dataset": "us", "input:warehouse:schema": "x"})
        again = await redrawn(office, chosen, "input:warehouse:dataset", "access.input", values)
        held = values_of(again)
        assert held["input:warehouse:dataset"]["access.input"]["selected_option"]["value"] == "us"
        assert held["input:warehouse:schema"]["access.input"]["value"] == "x"
        assert held["justification"]["justification"]["value"] == WHY
