"""What Slack's words mean: a table that knows all documented words, and the page that is made from it."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.demo.slack_sandbox.methods import METHODS
from bot.slack.retry import RETRY_PLANS, leading, result_of, word_of
from integrations.slack.error_codes import OF_METHOD, WORDS, Meaning, meaning_of
from integrations.slack.errors import (
    ChannelRefused,
    Declined,
    Limited,
    OutOfOrder,
    PersonRefused,
    SlackRefused,
    Unclear,
    refusal,
)
from tests.flow import test_every_word, test_every_word_about_people, test_every_word_answered
from tests.slack.errors_page import CALLED, PATH, TRIED, documented, page
from workflows.ledger.claim import ClaimedEffect
from workflows.ledger.outbox import Later, Never
from workflows.ports import Permanent, Retryable
from workflows.system.alarms import RaiseAlarm

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
ROOT = Path(__file__).parents[2]


def effect(attempts: int = 1, since: datetime = NOW) -> ClaimedEffect:
    return ClaimedEffect(1, "acc_1", 1, 0, "draw", {}, attempts, since)


class TestTheTable:
    def test_gives_up_at_once_only_what_has_another_way(self):
        final = {(method, word) for method, words in OF_METHOD.items() for word in words}
        assert {
            (method, word)
            for method in METHODS
            for word in METHODS[method].words
            if meaning_of(method, word) is Meaning.FINAL
        } <= final
        assert Meaning.FINAL not in WORDS.values()

    @pytest.mark.parametrize("method", sorted(METHODS))
    def test_knows_every_word_of_the_token(self, method):
        known = {word for word in METHODS[method].words if meaning_of(method, word) is Meaning.TOKEN}
        assert known == {
            "account_inactive",
            "invalid_auth",
            "not_authed",
            "token_expired",
            "token_revoked",
            "two_factor_setup_required",
        }

    @pytest.mark.parametrize(
        "word",
        [
            "message_limit_exceeded",
            "team_added_to_org",
            "org_login_required",
            "update_failed",
            "external_channel_migrating",
            "accesslimited",
        ],
    )
    def test_takes_what_passes_for_passing(self, word):
        assert meaning_of("chat.update", word) is Meaning.PASSING

    def test_takes_a_word_of_tomorrow_for_unknown(self):
        assert isinstance(refusal("chat.update", "brand_new_word"), Unclear)

    def test_is_the_page_in_the_docs(self):
        anew = "write it anew with: python -m tests.slack.errors_page"
        assert PATH.read_text() == page(documented()), anew

    def test_has_every_method_that_daypass_calls(self):
        calls = {
            method
            for package in ("bot", "integrations/slack")
            for file in (ROOT / package).rglob("*.py")
            for method in re.findall(r'call\(\s*"([a-zA-Z.]+)"|pages\(\s*"([a-zA-Z.]+)"', file.read_text())
        }
        assert {name for pair in calls for name in pair if "." in name} <= set(CALLED)

    def test_says_what_is_tried_of_each_method_and_nothing_else(self):
        tried = [*test_every_word.TRIED, *test_every_word_about_people.TRIED, *test_every_word_answered.TRIED]
        assert sorted(tried) == sorted(CALLED) == sorted(TRIED)


class TestARefusal:
    @pytest.mark.parametrize("word", ["ratelimited", "rate_limited"])
    @pytest.mark.parametrize("status", [200, 429])
    def test_that_asks_to_wait_is_spelled_both_ways(self, word, status):
        found = refusal("chat.postMessage", word, status, retry_after=30)
        assert isinstance(found, Limited)
        assert found.pause == 30

    def test_that_asks_to_wait_may_have_no_word_at_all(self):
        assert isinstance(refusal("chat.postMessage", "", 429), Limited)

    @pytest.mark.parametrize(
        ("method", "word", "kind"),
        [
            ("chat.postMessage", "token_revoked", OutOfOrder),
            ("chat.postMessage", "no_permission", ChannelRefused),
            ("views.publish", "no_permission", OutOfOrder),
            ("chat.update", "is_inactive", ChannelRefused),
            ("conversations.open", "user_disabled", PersonRefused),
            ("chat.update", "message_not_found", Declined),
            ("chat.postMessage", "message_not_found", Unclear),
            ("chat.postMessage", "invalid_blocks", Unclear),
        ],
    )
    def test_is_what_its_word_means_at_its_method(self, method, word, kind):
        assert isinstance(refusal(method, word), kind)

    @pytest.mark.parametrize("status", [500, 502, 503])
    def test_of_a_server_that_fails_passes_whatever_it_says(self, status):
        found = refusal("chat.update", "channel_not_found", status)
        assert not isinstance(found, SlackRefused)

    def test_names_the_scope_that_is_missing(self):
        assert "needs the scope chat:write" in str(
            refusal("chat.update", "missing_scope", needed="chat:write")
        )


class TestTryingAgain:
    @pytest.mark.parametrize("meaning", sorted(RETRY_PLANS, key=str))
    def test_grows_slower_and_never_slower_than_its_longest(self, meaning):
        words = [("chat.update", word) for word in METHODS["chat.update"].words]
        words += [("conversations.open", "user_disabled"), ("chat.update", "brand_new_word")]
        method, word = next(one for one in words if meaning_of(*one) is meaning)
        pauses = []
        for attempts in range(1, 20):
            result = result_of(effect(attempts), refusal(method, word), NOW)  # type: ignore[arg-type]
            assert isinstance(result, Later)
            assert result.pause is not None
            pauses.append(result.pause)
        assert pauses == sorted(pauses)
        assert pauses[-1] == RETRY_PLANS[meaning].longest_seconds

    def test_of_an_unknown_word_is_alarmed_after_an_hour_and_ends_after_a_day(self):
        strange = Unclear("chat.update", "brand_new_word")
        fresh = result_of(effect(), strange, NOW + timedelta(minutes=59))
        old = result_of(effect(), strange, NOW + timedelta(minutes=61))
        over = result_of(effect(), strange, NOW + timedelta(days=1))
        assert isinstance(fresh, Later)
        assert fresh.command is None
        assert isinstance(old, Later)
        assert isinstance(old.command, RaiseAlarm)
        assert word_of(old.command.key) == ("chat.update", "brand_new_word")
        assert isinstance(over, Never)
        assert isinstance(over.command, RaiseAlarm)

    def test_of_an_alarm_never_ends(self):
        strange = Unclear("chat.update", "brand_new_word")
        assert isinstance(result_of(effect(), strange, NOW + timedelta(days=30), forever=True), Later)

    def test_waits_as_long_as_slack_asks(self):
        result = result_of(effect(attempts=9), Limited(30), NOW)
        assert isinstance(result, Later)
        assert result.pause == 30

    def test_of_several_goes_by_the_one_that_is_over_first(self):
        away, waits = Retryable("Slack is away."), Limited(30)
        gone, strange = PersonRefused("conversations.open", "user_disabled"), Unclear("chat.update", "x")
        assert leading([gone, strange, waits, away]) is away
        assert leading([gone, strange]) is strange
        assert leading([Permanent("no"), gone]) is gone
        assert leading([]) is None
