"""An incident in Slack: declared, commanded, run by its playbook with real access, handed over, resolved,
reviewed; and what goes wrong in between."""

import json

from bot.demo.actor import Actor, Json, button_under, filled, seen
from bot.demo.cast import ADA, GRACE, MARGARET
from bot.demo.tour.incidents import run_step
from bot.slack.incidents import texts
from tests.builders import Database
from tests.flow.conftest import Sharing
from tests.flow.deeds import form, log_of, message, press, said, token, told, window
from tests.flow.office import GENERAL, Office, Servers, Slack, fault, opened
from tests.flow.test_holding import logs_in, unwrap
from workflows.access.state import Access
from workflows.incidents.state import EVERY, KIND, Incident

INCIDENTS = "C06INCIDENTS"
STALE = "/incident sev2 ranking model serves stale features"
BRIEF = "The features are from Tuesday; the job is stopped."


async def incidents(office: Office) -> list[Incident]:
    found = await office.daypass.reads.in_status(Incident, KIND, EVERY)
    return [one for one in found if one.id not in office.beginning.subjects]


async def declared(office: Office, text: str = STALE, by: Actor | None = None) -> Incident:
    """Declared by one line, and its channel is there."""
    before = {one.id for one in await incidents(office)}
    await (by or office.ada).command(text, GENERAL)

    async def there() -> Incident | None:
        found = [one for one in await incidents(office) if one.id not in before]
        return found[0] if found and found[0].channel else None

    found: Incident = await seen("an incident with a channel", there)
    await office.quiet()
    return await now(office, found)


async def now(office: Office, incident: Incident) -> Incident:
    found = await office.daypass.reads.find(Incident, incident.id)
    assert found is not None
    return found


async def until(office: Office, incident: Incident, step: str, status: str) -> Incident:
    async def there() -> Incident | None:
        found = await now(office, incident)
        has = found.step(step)
        return found if has and has.status == status else None

    found: Incident = await seen(f"the step {step} is {status}", there)
    return found


async def run(person: Actor, incident: Incident, title: str) -> None:
    """Press the button under a step of the checklist."""
    await run_step(person, str(incident.channel), title)


async def pressed(person: Actor, incident: Incident, label: str, **typed: str) -> Json:
    """Press a button of its card and submit the window that opens, with fields filled in; Slack's answer."""
    channel = str(incident.channel)
    await press(person, channel, label, incident.id)
    view = await seen("a window", person.modal)
    return await person.submit(view, filled(view, **typed))


async def crewed(office: Office, text: str = STALE) -> Incident:
    """Ada has declared and responds, Margaret commands."""
    found = await declared(office, text)
    await press(office.margaret, str(found.channel), "Take command", found.id)
    assert await pressed(office.ada, found, "Roles", role="responder") == {"ok": True}
    await office.quiet()
    return await now(office, found)


async def given(office: Office, incident: Incident) -> Access:
    """Margaret has given the responder access."""
    await run(office.margaret, incident, "Let the responder look")
    await until(office, incident, "look-inside", "done")
    return await office.until("active")


async def files(person: Actor, channel: str) -> list[tuple[str, str]]:
    """Names and contents of what was shared in the channel."""
    shared = [file for one in await person.messages(channel) for file in one.get("files") or []]
    found = []
    for file in shared:
        async with person.session.get(file["url_private"]) as answer:
            found.append((file["name"], await answer.text()))
    return found


class TestAnIncident(Sharing):
    async def test_can_be_declared_in_a_window_that_says_what_is_wrong(self, office: Office) -> None:
        view = await form(office.ada, "/incident")
        answer = await office.ada.submit(view, filled(view, title="ab"))
        assert "3 to 200 characters" in answer["errors"]["title"]
        view = await window(office.ada, "What's wrong?")
        answer = await office.ada.submit(
            view, filled(view, title="<!channel> & `code` ranking", severity="sev1", kind="drill")
        )
        assert answer == {"ok": True}
        (incident,) = await seen("it", lambda: incidents(office))
        shown = await message(office.ada, INCIDENTS, "DRILL", "SEV1")
        assert "&lt;!channel&gt; &amp;" in json.dumps(shown)
        assert incident.drill

    async def test_takes_the_words_of_its_buttons_in_its_channel(self, office: Office) -> None:
        incident = await crewed(office)
        channel = str(incident.channel)
        await office.margaret.command("/incident update the job runs again", channel)
        await told(office.margaret, channel, texts.NOTED)
        await office.margaret.command("/incident mitigate", channel)
        await told(office.margaret, channel, texts.MITIGATED)
        await office.margaret.command("/incident roles", channel)
        await office.margaret.close(await window(office.margaret, texts.HANDOVER))
        await office.margaret.command("/incident cancel", channel)
        view = await window(office.margaret, texts.WHY_CANCEL)
        assert (view["close"]["text"], view["submit"]["text"]) == ("Keep it open", "Cancel incident")
        await office.margaret.close(view)
        await office.margaret.command("/incident resolve", GENERAL)
        await told(office.margaret, GENERAL, texts.IN_CHANNEL)
        await office.margaret.command("/incident resolve The job had stopped.", channel)
        view = await window(office.margaret, "open:* Stop releases")
        (reason,) = [one["element"] for one in view["blocks"] if one["type"] == "input"]
        assert reason["initial_value"] == "The job had stopped."
        assert await office.margaret.submit(view, filled(view, reason="The job had stopped.")) == {"ok": True}
        assert (await now(office, incident)).status == "resolved"

    async def test_is_meant_by_its_number_anywhere_else(self, office: Office) -> None:
        incident = await crewed(office)
        number, channel = incident.ordinal, f"#{await name_of_room(office, incident)}"
        await office.margaret.command(f"/incident {number}", GENERAL)
        await told(office.margaret, GENERAL, incident.number, "Open", "in command")
        await office.margaret.command(f"/incident {incident.number} update the job runs again", GENERAL)
        await told(office.margaret, GENERAL, texts.NOTED)
        await office.margaret.command(f"/incident {channel} follow-up watch the job", GENERAL)
        view = await window(office.margaret, "Due date")
        assert "watch the job" in json.dumps(view["blocks"])
        await office.margaret.close(view)
        await office.margaret.command("/incident 99 resolve It is over.", GENERAL)
        await told(office.margaret, GENERAL, "no such incident")
        await office.margaret.command("/incident resolve It is over.", GENERAL)
        await told(office.margaret, GENERAL, texts.IN_CHANNEL)
        assert [one.id for one in await incidents(office)] == [incident.id]

    async def test_may_begin_with_a_number(self, office: Office) -> None:
        await office.ada.command("/incident 500 errors on login", GENERAL)
        assert "500 errors on login" in json.dumps(await window(office.ada, "What's wrong?"))

    async def test_is_not_declared_by_who_may_not(self, office: Office) -> None:
        await office.barbara.command(STALE, GENERAL)
        await told(office.barbara, GENERAL, "can't declare incidents")
        assert await incidents(office) == []

    async def test_takes_pins_into_its_timeline_once(self, office: Office) -> None:
        incident = await declared(office)
        channel = str(incident.channel)
        await office.ada.say("It began at *two*.", channel)
        ts = (await message(office.ada, channel, "It began"))["ts"]
        for who in (office.ada, office.margaret):
            await who.react(channel, ts, "pushpin")

        async def noted() -> bool:
            return (await log_of(office, incident.id)).count("incident.note-added") == 1

        await seen("the note", noted)
        await office.quiet()
        assert (await log_of(office, incident.id)).count("incident.note-added") == 1

    async def test_refuses_what_isn_t_one_s_to_do(self, office: Office) -> None:
        incident = await crewed(office)
        await run(office.ada, incident, "Stop releases")
        await told(office.ada, str(incident.channel), "This step is for")
        assert (await now(office, incident)).step("stop-releases").status == "waiting"  # type: ignore[union-attr]

    async def test_double_clicks_run_a_step_once(self, office: Office) -> None:
        incident = await crewed(office)
        shown = await message(office.margaret, str(incident.channel), "Playbook:", "Tell everyone")
        found = button_under(shown, "Tell everyone")
        assert found
        where = {"type": "message", "channel": incident.channel, "ts": shown["ts"]}
        for _ in range(3):
            await office.margaret.act(where, *found)
        await until(office, incident, "tell", "done")
        await office.quiet()
        posts = [one for one in await office.barbara.messages(INCIDENTS) if "ranking is off" in said(one)]
        assert len(posts) == 1


class TestAWholeIncident:
    async def test_goes_from_one_line_to_its_review(self, office: Office, servers: Servers) -> None:
        incident = await crewed(office)
        channel = str(incident.channel)
        rooms = {room["id"]: room for room in await office.ada.channels()}
        assert rooms[channel]["name"].startswith(f"{incident.number}-ranking-model-serves-stale")
        assert "SEV2" in rooms[channel]["topic"]
        assert "Margaret" in rooms[channel]["topic"]
        assert (incident.service, incident.playbook and incident.playbook.name) == (
            "ranking-model",
            "stale-features",
        )
        assert f"<#{channel}>" in said(
            await message(office.barbara, INCIDENTS, "stale features", "in command")
        )

        access = await given(office, incident)
        assert access.requester == ADA
        direct = await office.ada.direct()
        login = unwrap(servers, await token(office.ada, direct, access.id))
        assert logs_in(servers, login)
        await message(office.margaret, channel, texts.GRANTS, ":key: active")

        answer = await pressed(office.margaret, incident, "Roles", role="responder", who=GRACE, brief=BRIEF)
        assert answer == {"ok": True}
        await message(office.grace, await office.grace.direct(), "offers you the role", BRIEF)
        await press(office.grace, await office.grace.direct(), "Accept", BRIEF)
        await message(office.margaret, channel, texts.GRANTS, texts.ACCESS["ended"], texts.ACCESS["active"])
        assert not logs_in(servers, login)
        mine = await office.until("active")
        assert mine.requester == GRACE
        hers = unwrap(servers, await token(office.grace, await office.grace.direct(), mine.id))
        assert logs_in(servers, hers)

        await office.ada.command("/incident note *It* was the job", channel)
        await told(office.ada, channel, texts.NOTED)
        await press(office.margaret, channel, "Mitigate", incident.id)
        assert await pressed(
            office.margaret, incident, "Add follow-up", what="Watch the job", owner=GRACE, due="2026-12-24"
        ) == {"ok": True}
        assert await pressed(office.margaret, incident, "Resolve", reason="The job had stopped.") == {
            "ok": True
        }
        await office.until("ended")
        await message(office.margaret, channel, "Resolved", "ended, confirmed by Vault")
        assert not logs_in(servers, hers)
        assert [one.status for one in await office.requests()] == ["ended", "ended"]

        await message(office.margaret, channel, "The review")
        rooms = {room["id"]: room for room in await office.ada.channels()}
        assert "SEV2 · resolved" in rooms[channel]["topic"]
        written = dict(await files(office.ada, channel))
        assert {name.rpartition(".")[2] for name in written} == {"md", "html"}
        (markdown,) = (text for name, text in written.items() if name.endswith(".md"))
        for words in ("The job had stopped", r"\*It\* was the job", "Watch the job", "2026", "Margaret"):
            assert words in markdown
        assert markdown.count("ended, confirmed by Vault") >= 2
        assert "unknown" not in markdown
        await press(office.grace, channel, "Done", incident.id, "Watch the job")
        await message(office.grace, channel, "1 of 1 done")
        await press(office.margaret, channel, "Close review", incident.id)
        await message(office.grace, channel, "Resolved and reviewed")
        assert (await log_of(office, incident.id))[0] == "incident.declared"


class TestADrill:
    async def test_runs_from_start_to_end_marked_everywhere_and_uncounted(self, office: Office) -> None:
        incident = await crewed(office, "/incident drill sev2 ranking model serves stale features")
        channel = str(incident.channel)
        rooms = {room["id"]: room for room in await office.ada.channels()}
        assert rooms[channel]["name"].startswith("drill-")
        assert "DRILL" in rooms[channel]["topic"]
        assert "[DRILL]" in said(await message(office.barbara, INCIDENTS, "stale features"))

        assert incident.playbook is not None
        for terms in incident.playbook.steps:
            await run(office.margaret, await now(office, incident), terms.title)
            await until(office, incident, terms.name, "done")
        assert [one.terms.entitlement for one in await office.requests()] == ["warehouse-sample"]
        assert await pressed(office.margaret, incident, "Resolve", reason="Well done.") == {"ok": True}
        await message(office.margaret, channel, "[DRILL]", "Resolved")
        await office.until("ended")
        await message(office.margaret, channel, "The review")
        assert any("This was a drill" in text for _, text in await files(office.ada, channel))

        await office.ada.command("/incident figures", GENERAL)
        await told(office.ada, GENERAL, "No figures yet")


class TestABadDay(Sharing):
    async def test_a_channel_of_that_name_exists(self, office: Office) -> None:
        await office.fault(fail={"method": "conversations.create", "error": "name_taken", "times": 2})
        incident = await declared(office)
        rooms = {room["id"]: room for room in await office.ada.channels()}
        assert rooms[str(incident.channel)]["name"].endswith("-3")

    async def test_the_title_is_as_long_as_can_be(self, office: Office) -> None:
        title = "ranking " + "x" * 192
        incident = await declared(office, f"/incident sev2 {title}")
        rooms = {room["id"]: room for room in await office.ada.channels()}
        assert len(rooms[str(incident.channel)]["topic"]) <= 250
        assert len(rooms[str(incident.channel)]["name"]) <= 80
        await message(office.ada, str(incident.channel), title)

    async def test_slack_is_down_when_it_is_declared(self, office: Office) -> None:
        await office.fault(down=True)
        await office.ada.command(STALE, GENERAL)
        (incident,) = await seen("it all the same", lambda: incidents(office))
        assert incident.channel is None
        await office.fault(down=False)

        async def caught_up() -> str | None:
            return (await now(office, incident)).channel

        channel = await seen("its channel", caught_up)
        await message(office.ada, channel, "stale features", "Open")
        await message(office.barbara, INCIDENTS, "stale features")

    async def test_topic_and_cards_fail_and_catch_up(self, office: Office) -> None:
        for method in ("conversations.setTopic", "conversations.invite", "chat.postMessage"):
            await office.fault(fail={"method": method, "error": "internal_error", "times": 2})
        incident = await declared(office)
        rooms = {room["id"]: room for room in await office.margaret.channels()}
        assert "SEV2" in rooms[str(incident.channel)]["topic"]
        cards = [
            one for one in await office.ada.messages(str(incident.channel)) if incident.number in said(one)
        ]
        assert len(cards) == 1


class TestAWorseDay:
    async def test_somebody_can_t_be_invited(self, office: Office) -> None:
        await office.fault(uninvitable=[MARGARET])
        incident = await declared(office)
        await message(office.ada, str(incident.channel), f"<@{MARGARET}> couldn't be invited")
        assert (await now(office, incident)).uninvited == {MARGARET: "cant_invite"}

    async def test_slack_lets_daypass_make_no_channel(self, office: Office) -> None:
        """Whoever hears of it is told why there is none, and can take command all the same."""
        fault = {"method": "conversations.create", "error": "restricted_action", "times": 3}
        await office.fault(fail=fault)
        await office.ada.command(STALE, GENERAL)
        await message(office.grace, INCIDENTS, "isn't ready", "restricted")
        assert "isn't ready" in json.dumps(await seen("Ada's App Home", office.ada.home))
        await press(office.margaret, INCIDENTS, "Take command", "stale")
        await message(office.grace, INCIDENTS, "Join <#")

    async def test_two_declare_the_same(self, office: Office) -> None:
        one = await declared(office)
        other = await declared(office, "/incident sev3 ranking model serves stale values", by=office.grace)
        await message(office.ada, str(one.channel), "Possible duplicate of", other.number)
        await press(office.grace, str(other.channel), "Merge into it", other.id)
        await message(office.ada, str(one.channel), f"*{other.number}* was merged into this incident")
        await message(office.grace, str(other.channel), f"Merged into *{one.number}*")
        assert [found.status for found in await incidents(office)] == ["open", "cancelled"]

    async def test_a_step_half_done_goes_on_after_a_restart(
        self, servers: Servers, workspace: Slack, sqlite_database: Database
    ) -> None:
        async with opened(servers, workspace, sqlite_database.url) as office:
            incident = await crewed(office)
            await office.fault(down=True)
            await run(office.margaret, incident, "Tell everyone")
            await run(office.margaret, incident, "Let the responder look")

            async def waits() -> bool:
                step = (await now(office, incident)).step("tell")
                return bool(step and step.trouble)

            await seen("the step waits, and says why", waits)
        await fault(workspace.page, down=False)
        async with opened(servers, workspace, sqlite_database.url) as office:
            await until(office, incident, "tell", "done")
            await until(office, incident, "look-inside", "done")
            await office.quiet()
            posts = [one for one in await office.barbara.messages(INCIDENTS) if "ranking is off" in said(one)]
            assert len(posts) == 1
            assert len(await office.requests()) == 1


async def name_of_room(office: Office, incident: Incident) -> str:
    return next(str(one["name"]) for one in await office.margaret.channels() if one["id"] == incident.channel)


class TestAPrivateOne:
    async def test_is_seen_by_its_members_alone(self, office: Office) -> None:
        incident = await declared(office, "/incident private sev1 Contoso ranking list was copied")
        channel = str(incident.channel)
        assert {room["id"] for room in await office.radia.channels()} >= {channel}
        for person in (office.grace, office.margaret, office.barbara):
            assert channel not in {room["id"] for room in await person.channels()}
            home = await seen("their App Home", person.home)
            seen_by = json.dumps([home, await person.messages(INCIDENTS)])
            await person.command("/incident list", GENERAL)
            seen_by += json.dumps(await told(person, GENERAL, "No open incidents"))
            assert "Contoso" not in seen_by
            assert incident.number not in seen_by
            await person.command(f"/incident {incident.number}", GENERAL)
            await told(person, GENERAL, "no such incident")
        rooms = {room["id"]: room["name"] for room in await office.radia.channels()}
        assert rooms[channel] == incident.number
        for person in (office.ada, office.radia):
            assert "Contoso" in json.dumps(await seen("their App Home", person.home))
