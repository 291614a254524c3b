"""The whole flow against a Slack that others wrote: with documented methods, nothing of the sandbox."""

import inspect
import re

from slack_sdk.web import async_client
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.actor import Json, filled, seen, text_of, values_of, wrapping_token
from bot.demo.cast import BOT_TOKEN
from tests.foreign.client import UNKNOWN, Workplace
from tests.promises.requester import unwrap

WHY = "last night's ranking features look stale"


async def test_from_the_request_to_the_end(workplace: Workplace) -> None:
    client = workplace.client
    ada, grace = await client.user("ada"), await client.user("grace")
    approvals = await client.channel("access-approvals")

    form = await workplace.command(ada, f"warehouse 12s because {WHY}")
    assert await workplace.submit(ada, form, values_of(form)) == {}
    card = await workplace.message(approvals, WHY)
    await workplace.press(grace, approvals, card, "Approve")
    decided = await workplace.message(approvals, "Approved by")
    assert decided["ts"] == card["ts"], "the card changes in place"

    direct = (await client.api("conversations.open", BOT_TOKEN, users=ada))["channel"]["id"]
    mine = await workplace.message(direct, "is approved")
    await workplace.press(ada, direct, mine, "Get credentials")
    token = await _token(workplace)
    login = unwrap(workplace.servers.bao.addr, token)
    assert login["username"].startswith("v-")

    await workplace.message(direct, "confirmed by Vault")
    ended = await workplace.message(approvals, "Expired")
    assert ended["ts"] == card["ts"]
    everything = str([await client.messages(channel) for channel in (approvals, direct)])
    assert token not in everything
    assert login["password"] not in everything
    _all_calls_are_documented(workplace)


async def test_the_app_home_lists_what_waits(workplace: Workplace) -> None:
    ada, grace = await workplace.client.user("ada"), await workplace.client.user("grace")
    form = await workplace.command(ada, f"warehouse 1h because {WHY}")
    await workplace.submit(ada, form, values_of(form))
    before = len(workplace.witness.calls)
    await workplace.open_home(grace)
    home = await workplace.window("views.publish", before)
    assert "Read the feature warehouse" in str(home)
    _all_calls_are_documented(workplace)


async def test_a_refusal_is_said_to_the_one_who_clicked(workplace: Workplace) -> None:
    client = workplace.client
    ada, approvals = await client.user("ada"), await client.channel("access-approvals")
    form = await workplace.command(ada, f"warehouse 1h because {WHY}")
    await workplace.submit(ada, form, values_of(form))
    card = await workplace.message(approvals, WHY)
    before = len(workplace.witness.calls)
    await workplace.press(ada, approvals, card, "Approve")
    window = await workplace.window("views.open", before)
    assert "own request" in str(window)


async def test_an_incident_from_its_declaration_to_its_review(workplace: Workplace) -> None:
    client = workplace.client
    ada, margaret = await client.user("ada"), await client.user("margaret")
    incidents = await client.channel("incidents")

    await workplace.type(ada, "/incident", "sev2 ranking model serves stale features")
    announced = await workplace.message(incidents, "Join <#")
    (made,) = [call.answer for call in workplace.witness.calls if call.method == "conversations.create"]
    channel = made["channel"]["id"]
    assert f"<#{channel}>" in text_of(announced)
    card = await workplace.message(channel, "Incident commander: none")
    await workplace.press(margaret, incidents, announced, "Take command")
    commanded = await workplace.message(channel, f"Incident commander: <@{margaret}>")
    assert commanded["ts"] == card["ts"], "the card changes in place"

    before = len(workplace.witness.calls)
    await workplace.press(margaret, channel, commanded, "Resolve")
    view = await workplace.window("views.open", before)
    assert await workplace.submit(margaret, view, filled(view, reason="It was the job.")) == {}
    await workplace.message(channel, ":white_check_mark: Resolved")
    await workplace.message(channel, "The review")
    _all_calls_are_documented(workplace)


async def _token(workplace: Workplace) -> str:
    """The wrapping token, from the window that hands it over."""

    async def handed_over() -> str | None:
        shown = [call.answer["view"] for call in workplace.witness.calls if "view" in call.answer]
        return next((token for view in shown if (token := wrapping_token(view))), None)

    found: str = await seen("the wrapping token in a window", handed_over)
    return found


def _all_calls_are_documented(workplace: Workplace) -> None:
    """Each method is one of Slack's, with arguments that it has, and only user groups were declined."""
    documented = set(re.findall(r'api_call\(\s*"([\w.]+)"', inspect.getsource(async_client)))
    assert "chat.postMessage" in documented
    assert {call.method for call in workplace.witness.calls} <= documented
    for call in workplace.witness.calls:
        known = inspect.signature(getattr(AsyncWebClient, call.method.replace(".", "_"))).parameters
        assert set(call.arguments) <= set(known), (call.method, set(call.arguments) - set(known))
    declined = [call for call in workplace.witness.calls if not call.answer["ok"]]
    assert all(_is_about_user_groups(call.method, call.answer) for call in declined), declined


def _is_about_user_groups(method: str, answer: Json) -> bool:
    """The foreign Slack has none, like a workspace on a free plan."""
    return method == "usergroups.list" and answer == UNKNOWN
