"""A prompt in Slack, on a real MLflow: judged, shown line by line, live by its alias, watched by MLflow's own webhook."""

import asyncio

from pydantic import SecretStr

from bot.demo.actor import seen, text_of, values_of
from tests.flow.conftest import OpenOffice, Rules
from tests.flow.deeds import press
from tests.flow.test_releasing import RELEASES, card, proposed, releases, until, watched, window
from tests.lab import Lab
from tests.policy.test_source_fit import PROMPT
from tests.prompts import TEXT, new_judge, new_prompt

SECRET = "s" * 40
AUTHORS = "authors:\n  mlflow: claimed\nrule:\n"


async def test_a_prompt_is_judged_goes_live_and_is_put_back_as_soon_as_somebody_moves_its_alias(
    open_office: OpenOffice, rules: Rules, lab: Lab
) -> None:
    prompt, judge = new_prompt(lab), new_judge(lab)
    assert [prompt.register(text) for text in ("Be brief.", "Be kind.")] == ["1", "2"]
    assert [judge.register(text) for text in ("please", "thank")] == ["1", "2"]
    prompt.lab.make_live("1", alias="production")
    bundle, written = rules(), PROMPT.replace("rule:\n", AUTHORS).replace("rows: 20", "rows: 1")
    written = written.replace("model: greeting", f"model: {prompt.name}")
    written = written.replace("observed_in: support", f"observed_in: {judge.experiment}")
    (bundle / "services/greeting.yaml").write_text(written)
    settings = {
        "mlflow_tracking_uri": lab.url,
        "daypass_mlflow_webhook_secrets": (SecretStr(SECRET),),
        "daypass_watch_seconds": 600,
    }
    async with open_office(bundle=bundle, **settings) as office:
        early = await proposed(office, "/release greeting 2 it is kinder")
        assert (early.status, early.results[-1].verdict) == ("proposed", "unknown")
        judge.evaluated(f"{prompt.name}/2", ["yes"], version="2")
        await watched(office)
        first = await until(office, "pending")
        prompt.tag("2", TEXT, "Be kind. Always.")
        await watched(office)
        pending = await until(office, "pending")
        assert pending.digest != first.digest, "whoever looked at the earlier text can't approve this one"
        await office.grace.press(RELEASES, await card(office.grace, "Greeting"), "Details")
        shown = text_of(await window(office.grace, "Changes to the live text"))
        assert "-Be brief." in shown and "+Be kind. Always." in shown

        await press(office.grace, RELEASES, "Approve", "Greeting")
        await until(office, "live")
        assert prompt.lab.live("production") == "2"

        events = [{"entity": "PROMPT_ALIAS", "action": "CREATED"}]
        hook = {"url": f"{office.url}/mlflow/webhook", "secret": SECRET, "events": events}
        await asyncio.to_thread(lab.call, "POST", "webhooks", name=prompt.name, **hook)
        await asyncio.to_thread(prompt.lab.make_live, "1", "production")

        async def drifted() -> bool:
            return (await releases(office))[-1].drifted

        await seen("that MLflow told of an alias moved by hand", drifted)
        assert "outside Daypass" in text_of(await card(office.grace, "outside Daypass"))
        await press(office.grace, RELEASES, "Restore", "Greeting")

        async def restored() -> bool:
            return not (await releases(office))[-1].drifted

        await seen("what was approved is live again", restored)
        await office.quiet()
        assert prompt.lab.live("production") == "2"
        await office.edsger.press(RELEASES, await card(office.edsger, "live since"), "Roll back")
        view = await seen("the window that asks why", office.edsger.modal)
        values = values_of(view)
        values["reason"]["reason"]["value"] = "it is kind to everyone but us"
        await office.edsger.submit(view, values)
        await until(office, "rolled back")
        assert prompt.lab.live("production") == "1"
