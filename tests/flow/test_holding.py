"""Holding access: credentials and how they are handed over, the end in all its ways, and who hears of it."""

import logging
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import requests

from bot.demo.actor import seen, text_of, wrapping_token
from bot.demo.warehouse import DATABASE
from bot.slack.access.texts import NO_CREDENTIALS, PASTE_PYTHON, REVOKING, STILL_TRYING
from bot.slack.access.ways import LOGIN
from bot.wiring.jobs import ADVANCE, EFFECTS
from tests.flow.conftest import OpenOffice, Rules, Sharing
from tests.flow.deeds import (
    WHY,
    act,
    ask,
    buttons,
    card,
    give_reason,
    granted,
    log_of,
    message,
    newest,
    press,
    press_as_shown,
    said,
    token,
    told,
    use_with,
    window,
)
from tests.flow.office import ALARMS, APPROVALS, Office, Servers
from tests.flow.secrets import everything_kept
from workflows.access.refusals import NOT_YOUR_CREDENTIALS, NOT_YOURS_TO_REVOKE, OVER

SAMPLE = f"/access sample 15m because {WHY}"


UNSEEN_UPDATES: tuple[dict[str, Any], ...] = (
    {"error": "internal_error", "status": 500},
    {"error": "token_revoked"},
    {"error": "not_found"},
    {"reset": True},
    {"when": "after"},
    {"delay": 9.0},
)
"""How Slack fails at showing a credential; the fourth leaves it open whether it did."""


def unwrap(servers: Servers, wrapping: str) -> dict[str, str]:
    """As `bao unwrap` does it."""
    answer = requests.put(
        f"{servers.bao.addr}/v1/sys/wrapping/unwrap", headers={"X-Vault-Token": wrapping}, timeout=10
    )
    answer.raise_for_status()
    return dict(answer.json()["data"])


def logs_in(servers: Servers, login: dict[str, str]) -> bool:
    url = servers.warehouse.postgres.url(DATABASE, login["username"], login["password"])
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


async def logins(office: Office) -> list[str]:
    """The logins that Vault has in the warehouse."""
    with psycopg.connect(office.servers.warehouse.url) as connection:
        rows = connection.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'v-%'").fetchall()
        return [str(name) for (name,) in rows]


class TestGettingCredentials(Sharing):
    async def test_hands_over_a_token_that_works_once_with_the_exact_commands(self, office: Office) -> None:
        asked = await ask(office, SAMPLE)
        direct = await office.ada.direct()
        wrapping = await token(office.ada, direct, asked.id)
        await use_with(office.ada, LOGIN)
        text = text_of(await window(office.ada, "Get your login"))
        address = office.servers.bao.addr
        assert f"```BAO_TOKEN={wrapping} bao unwrap -address={address}```" in text
        assert f"```VAULT_TOKEN={wrapping} vault unwrap -address={address}```" in text
        port = office.servers.warehouse.postgres.port
        assert f'psql "host=127.0.0.1 port={port} dbname={DATABASE} user=&lt;username&gt;"' in text
        assert "someone already used it" in text
        login = unwrap(office.servers, wrapping)
        assert logs_in(office.servers, login)
        with pytest.raises(requests.HTTPError):
            unwrap(office.servers, wrapping)

    async def test_leaves_no_secret_in_any_message_event_row_or_log_record(
        self, office: Office, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        asked = await granted(office)
        direct = await office.ada.direct()
        wrapping = await token(office.ada, direct, asked.id)
        await use_with(office.ada, "python")
        await window(office.ada, PASTE_PYTHON)
        login = unwrap(office.servers, wrapping)
        await press(office.ada, direct, "Give back", asked.id, "used once")
        await office.until("ended")
        await office.daypass.jobs.keep_log()
        await office.quiet()
        secrets = [wrapping, login["password"], *_secrets_of(office)]
        kept = await everything_kept(office, caplog.records)
        assert not [secret for secret in secrets for place in kept if secret in place]
        assert any(asked.id in place for place in kept)
        views = [call for call in office.calls if wrapping in call.asked]
        assert {call.method for call in views} == {"views.update"}

    async def test_can_be_pressed_again_for_a_fresh_one(self, office: Office) -> None:
        asked = await ask(office, SAMPLE)
        direct = await office.ada.direct()
        first = await token(office.ada, direct, asked.id)
        await office.ada.close(await window(office.ada, "works once"))
        second = await token(office.ada, direct, asked.id)
        assert first != second
        assert unwrap(office.servers, first)["username"] != unwrap(office.servers, second)["username"]
        await card(office.ada, direct, asked.id, "used twice")

    async def test_the_card_says_when_and_how_often_one_was_minted(self, office: Office) -> None:
        asked = await granted(office)
        direct = await office.ada.direct()
        assert "not used yet" in said(await card(office.ada, direct, asked.id, "active"))
        await token(office.ada, direct, asked.id)
        await card(office.ada, direct, asked.id, "used once")

    async def test_a_use_redraws_no_approvers_card(self, office: Office) -> None:
        asked = await granted(office)
        direct = await office.ada.direct()
        await card(office.grace, APPROVALS, asked.id, "active")
        await office.quiet()
        drawn = len(office.calls)
        await token(office.ada, direct, asked.id)
        await card(office.ada, direct, asked.id, "used once")
        await office.quiet()
        redrawn = [call.asked for call in office.calls[drawn:] if call.method == "chat.update"]
        assert len(redrawn) == 1
        assert direct in redrawn[0]

    async def test_is_for_the_requester_alone(self, office: Office) -> None:
        asked = await granted(office)
        mine = await card(office.ada, await office.ada.direct(), asked.id, "active")
        theirs = await card(office.grace, APPROVALS, asked.id, "active")
        where = {"type": "message", "channel": APPROVALS, "ts": theirs["ts"]}
        block = next(block for block in mine["blocks"] if block["type"] == "actions")
        pressed = block["elements"][0]
        forged = {"type": "button", "value": pressed["value"]}
        await act(office.grace, where, block["block_id"], pressed["action_id"], forged)
        await told(office.grace, APPROVALS, NOT_YOUR_CREDENTIALS.sentence)
        assert (await office.newest()).credentials == ()
        assert (await log_of(office, asked.id))[-1] == f"not-yours by {office.grace.id}"

    async def test_pressed_twice_at_once_mints_one(self, office: Office) -> None:
        asked = await ask(office, SAMPLE)
        direct = await office.ada.direct()
        shown = await card(office.ada, direct, asked.id, "active")
        await office.fault(redeliver=2)
        await press_as_shown(office.ada, direct, shown, "Get credentials")
        await window(office.ada, "works once")
        await office.quiet()
        assert len((await office.newest()).credentials) == 1


class TestTheEnd(Sharing):
    async def test_given_back_early_the_login_is_gone_and_everybody_is_told(self, office: Office) -> None:
        asked = await granted(office)
        direct = await office.ada.direct()
        login = unwrap(office.servers, await token(office.ada, direct, asked.id))
        await press(office.ada, direct, "Give back", asked.id, "used once")
        await office.until("ended")
        assert not logs_in(office.servers, login)
        assert login["username"] not in await logins(office)
        note = await message(office.ada, direct, "has ended (given back), confirmed by Vault")
        assert "Credentials created: 1." in said(note)
        for person, channel in ((office.ada, direct), (office.grace, APPROVALS)):
            shown = await card(person, channel, asked.id, "Given back by <@U01ADA> · confirmed")
            assert buttons(shown) == []
            assert "used once" in said(shown)

    async def test_the_note_of_the_approval_loses_its_button_too(self, office: Office) -> None:
        asked = await ask(office, SAMPLE)
        direct = await office.ada.direct()
        await message(office.ada, direct, "is approved")
        await press(office.ada, direct, "Give back", asked.id)

        async def without_button() -> bool:
            note = await newest(office.ada, direct, "is approved")
            return note is not None and buttons(note) == []

        await seen("the note without its button", without_button)

    async def test_an_approver_can_end_it_with_a_reason(self, office: Office) -> None:
        asked = await granted(office)
        direct = await office.ada.direct()
        login = unwrap(office.servers, await token(office.ada, direct, asked.id))
        await press(office.edsger, APPROVALS, "Revoke", asked.id)
        assert await give_reason(office.edsger, "the laptop was stolen") == {"ok": True}
        await office.until("ended")
        assert not logs_in(office.servers, login)
        await card(office.ada, direct, asked.id, "Revoked by <@U03EDSGER>", "Reason: the laptop was stolen")
        await message(office.ada, direct, "has ended (revoked)")

    async def test_nobody_else_can(self, office: Office) -> None:
        asked = await granted(office)
        shown = await card(office.radia, APPROVALS, asked.id, "active")
        await press_as_shown(office.radia, APPROVALS, shown, "Revoke")
        answer = await give_reason(office.radia, "I would rather not")
        assert answer["errors"]["reason"] == NOT_YOURS_TO_REVOKE.sentence
        assert (await office.newest()).status == "active"
        assert (await log_of(office, asked.id))[-1] == f"not-an-approver by {office.radia.id}"

    async def test_leaves_nothing_to_press(self, office: Office) -> None:
        asked = await ask(office, SAMPLE)
        direct = await office.ada.direct()
        shown = await card(office.ada, direct, asked.id, "active")
        await press(office.ada, direct, "Give back", asked.id)
        await card(office.ada, direct, asked.id, "Given back by <@U01ADA> · confirmed by Vault")
        await press_as_shown(office.ada, direct, shown, "Get credentials")
        await told(office.ada, direct, OVER.sentence)
        assert (await office.newest()).credentials == ()


class TestTheEndByTheClock:
    async def test_comes_by_itself_in_time(self, office: Office) -> None:
        asked = await granted(office)
        direct = await office.ada.direct()
        login = unwrap(office.servers, await token(office.ada, direct, asked.id))
        await office.forward(minutes=50, seconds=1)
        await message(office.ada, direct, "Your access to", "ends <!date^", "Need more time?")
        await office.forward(minutes=10)
        await office.until("ended")
        assert not logs_in(office.servers, login)
        await message(office.ada, direct, "has ended (expired), confirmed by Vault")
        assert buttons(await card(office.grace, APPROVALS, asked.id, "Expired · confirmed")) == []

    async def test_is_announced_once(self, office: Office) -> None:
        await granted(office)
        await office.forward(minutes=51)
        direct = await office.ada.direct()
        await message(office.ada, direct, "Need more time?")
        await office.forward(minutes=5)
        await office.quiet()
        said_so = [one for one in await office.ada.messages(direct) if "Need more time?" in said(one)]
        assert len(said_so) == 1

    async def test_of_a_short_grant_is_not_announced(self, office: Office) -> None:
        await ask(office, f"/access sample 5m because {WHY}")
        direct = await office.ada.direct()
        await office.daypass.clockwork.stop()
        office.clock.ahead += timedelta(minutes=4)
        for job in office.daypass.jobs.all():
            if job.name in (ADVANCE, EFFECTS):
                await job.run()
        await office.quiet()
        assert await newest(office.ada, direct, "Need more time?") is None


class TestVaultOnABadDay:
    async def test_sealed_when_the_button_is_pressed_the_window_says_so_and_later_it_works(
        self, office: Office
    ) -> None:
        asked = await ask(office, SAMPLE)
        direct = await office.ada.direct()
        office.servers.bao.seal()
        try:
            await press(office.ada, direct, "Get credentials", asked.id)
            shown = await window(office.ada, NO_CREDENTIALS)
            assert "Vault is sealed" in text_of(shown)
            assert wrapping_token(shown) is None
        finally:
            await office.servers.bao.unseal()
        await office.ada.close(shown)
        await card(office.ada, direct, asked.id, ":warning: A credential")
        assert await token(office.ada, direct, asked.id)

    async def test_sealed_when_the_grant_ends_the_cards_say_ending_and_an_alarm_is_raised(
        self, office: Office
    ) -> None:
        asked = await granted(office)
        direct = await office.ada.direct()
        login = unwrap(office.servers, await token(office.ada, direct, asked.id))
        await card(office.ada, direct, asked.id, "used once")
        office.servers.bao.seal()
        try:
            await press(office.ada, direct, "Give back", asked.id)
            for person, channel in ((office.ada, direct), (office.grace, APPROVALS)):
                shown = await card(person, channel, asked.id, REVOKING)
                await card(person, channel, asked.id, "can't be revoked yet", "sealed")
                assert buttons(shown) == []
            alarm = await message(office.radia, ALARMS, "aren't confirmed", "sealed")
            assert STILL_TRYING in said(alarm)
            assert await newest(office.ada, direct, "has ended (given back)") is None
        finally:
            await office.servers.bao.unseal()
        await office.until("ended")
        assert not logs_in(office.servers, login)
        await message(office.radia, ALARMS, "couldn't be revoked at first")

    async def test_out_of_reach_the_window_says_so_and_nothing_is_left(self, open_office: OpenOffice) -> None:
        async with open_office(vault_addr="http://127.0.0.1:1") as office:
            asked = await ask(office, SAMPLE)
            await press(office.ada, await office.ada.direct(), "Get credentials", asked.id)
            shown = await window(office.ada, NO_CREDENTIALS)
            assert "Vault can't be reached" in text_of(shown)
            assert wrapping_token(shown) is None


class TestSlackOnABadDay(Sharing):
    async def test_too_slow_for_the_window_the_credential_is_ended_and_not_left(self, office: Office) -> None:
        before = set(await logins(office))
        asked = await ask(office, SAMPLE)
        direct = await office.ada.direct()
        await office.fault(fail={"method": "views.update", "error": "internal_error", "status": 500})
        await press(office.ada, direct, "Get credentials", asked.id)

        async def ended() -> bool:
            credentials = (await office.newest()).credentials
            return bool(credentials) and credentials[0].status == "ended"

        await seen("the credential that nobody was shown has ended", ended)
        await window(office.ada, NO_CREDENTIALS, "Slack didn't show it")
        assert set(await logins(office)) - before == set()
        assert (await office.newest()).status == "active"

    async def test_without_any_window_none_is_made_and_whoever_pressed_is_told(self, office: Office) -> None:
        asked = await ask(office, SAMPLE)
        direct = await office.ada.direct()
        for times in (1, 2, 3):
            await office.fault(fail={"method": "views.open", "error": "expired_trigger_id"})
            await press(office.ada, direct, "Get credentials", asked.id)
            await seen("an answer", lambda times=times: told_so(office, "didn't open the window", times))
        await office.quiet()
        credentials = (await office.newest()).credentials
        assert [(one.status, one.accessor) for one in credentials] == [("failed", None)] * 3
        assert await office.ada.modal() is None
        assert await token(office.ada, direct, asked.id)


class TestWhatNobodySaw:
    async def test_ends_and_leaves_the_limit_alone(self, open_office: OpenOffice, rules: Rules) -> None:
        warehouse = "resources/feature-warehouse.yaml"
        limited = rules(
            (warehouse, "  credentials: 20", "  credentials: 1"),
            (warehouse, "      credentials: 3", "      credentials: 1"),
        )
        async with open_office(bundle=limited) as office:
            asked = await ask(office, SAMPLE)
            direct, before = await office.ada.direct(), set(await logins(office))
            for times, fault in enumerate(UNSEEN_UPDATES, start=1):
                await office.fault(fail={"method": "views.update", "times": -1, **fault})
                await press(office.ada, direct, "Get credentials", asked.id)
                await seen(
                    f"an answer when {fault}", lambda times=times: told_so(office, "didn't show it", times)
                )
                await seen("all ended", lambda times=times: all_over(office, times))
                await office.fault(heal=True)
            assert set(await logins(office)) <= before
            assert "not used yet" in said(await card(office.ada, direct, asked.id))
            assert await token(office.ada, direct, asked.id)
            await press(office.ada, direct, "Get credentials", asked.id)
            await told(office.ada, direct, "used all 1 credentials")


async def told_so(office: Office, words: str, times: int) -> bool:
    """Whether Ada has been told this so often, beside her card."""
    return sum(words in said(one) for one in await office.ada.messages(await office.ada.direct())) >= times


async def all_over(office: Office, minted: int) -> bool:
    """Whether so many credentials were made, and Vault has confirmed the end of each."""
    found = (await office.newest()).credentials
    return [one.status for one in found if one.was_minted and not one.delivered] == ["ended"] * minted


def _secrets_of(office: Office) -> list[str]:
    settings = office.settings
    secret_id = settings.vault_secret_id
    assert secret_id is not None
    return [
        settings.slack_bot_token.get_secret_value(),
        settings.slack_signing_secret.get_secret_value(),
        secret_id.get_secret_value(),
    ]
