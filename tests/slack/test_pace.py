"""When calls are sent: one message a second a channel, and nothing while Slack has asked to wait."""

import pytest

from integrations.slack.api_status import (
    FAILED_CALLS,
    METHOD_FAULT_SECONDS,
    UNREACHABLE_SECONDS,
    ApiStatus,
)
from integrations.slack.errors import NotSent, OutOfOrder, Unclear
from integrations.slack.rate_limiter import (
    MAX_REMEMBERED,
    MAX_WAIT_SECONDS,
    POST,
    POST_EVERY_SECONDS,
    RateLimiter,
)


class Time:
    """A clock that goes on by what is slept, and by hand."""

    def __init__(self) -> None:
        self.seconds = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def pace(time: Time) -> RateLimiter:
    return RateLimiter(monotonic=time, sleep=time.sleep)


class TestThePace:
    async def test_is_one_message_a_second_in_each_channel(self, pace, time):
        for channel in ("C1", "C2", "C1"):
            await pace.turn(POST, channel)
        assert time.slept == [pytest.approx(POST_EVERY_SECONDS)]

    async def test_gives_back_what_would_wait_long(self, pace, time):
        pace.hold("views.publish", "", 30)
        with pytest.raises(NotSent) as given_back:
            await pace.turn("views.publish", "")
        assert given_back.value.pause == pytest.approx(30)
        await pace.turn("views.open", "")
        time.seconds += 30
        await pace.turn("views.publish", "")
        assert time.slept == []

    async def test_holds_the_one_channel_in_which_slack_asked_to_wait(self, pace):
        pace.hold(POST, "C1", MAX_WAIT_SECONDS + 1)
        with pytest.raises(NotSent):
            await pace.turn(POST, "C1")
        await pace.turn(POST, "C2")

    async def test_lets_what_yields_go_only_where_nobody_has_to_wait(self, pace, time):
        await pace.turn(POST, "C1")
        with pytest.raises(NotSent) as given_back:
            await pace.turn(POST, "C1", yields=True)
        time.seconds += given_back.value.pause
        await pace.turn(POST, "C1", yields=True)
        for _ in range(2):
            await pace.turn(POST, "C1")  # waits
        assert time.slept == [pytest.approx(POST_EVERY_SECONDS)] * 2

    async def test_lets_what_was_sent_away_come_back_before_what_yields(self, pace, time):
        pace.hold(POST, "C1", MAX_WAIT_SECONDS + 1)
        with pytest.raises(NotSent) as given_back:
            await pace.turn(POST, "C1")
        time.seconds += given_back.value.pause
        with pytest.raises(NotSent) as yielding:
            await pace.turn(POST, "C1", yields=True)
        await pace.turn(POST, "C1")
        time.seconds += yielding.value.pause
        await pace.turn(POST, "C1", yields=True)
        assert time.slept == []

    async def test_forgets_what_is_past(self, pace, time):
        for number in range(2 * MAX_REMEMBERED):
            await pace.turn(POST, f"C{number}")
            time.seconds += 2 * POST_EVERY_SECONDS
        assert len(pace._free_at) <= MAX_REMEMBERED + 1


class TestTheStanding:
    def test_is_good_until_slack_says_otherwise(self, time):
        assert ApiStatus(time).reason is None

    def test_names_the_word_until_any_call_works(self, time):
        standing, told = ApiStatus(time), []
        standing.changed = lambda: told.append(standing.reason)
        standing.refused(OutOfOrder("chat.update", "token_revoked"))
        standing.refused(OutOfOrder("chat.update", "token_revoked"))
        assert "token_revoked" in str(standing.reason)
        assert not standing.take_restored()
        standing.worked("auth.test")
        assert standing.reason is None
        assert standing.take_restored()
        assert not standing.take_restored()
        assert len(told) == 2

    def test_names_the_scope_until_that_method_works(self, time):
        standing = ApiStatus(time)
        standing.refused(OutOfOrder("conversations.invite", "missing_scope", "channels:manage"))
        standing.worked("auth.test")
        assert "channels:manage" in str(standing.reason)
        standing.worked("conversations.invite")
        assert standing.reason is None

    def test_believes_slack_that_the_scope_is_there_now(self, time):
        standing = ApiStatus(time)
        standing.refused(OutOfOrder("views.open", "missing_scope", "commands"))
        standing.granted(["chat:write", "commands"])
        assert standing.reason is None
        assert standing.take_restored()

    def test_forgets_what_nobody_has_called_for_long(self, time):
        standing = ApiStatus(time)
        standing.refused(OutOfOrder("views.open", "access_denied"))
        time.seconds += METHOD_FAULT_SECONDS + 1
        assert standing.reason is None

    def test_counts_slack_as_away_only_when_it_has_failed_often_and_for_long(self, time):
        standing = ApiStatus(time)
        for _ in range(FAILED_CALLS):
            standing.failed("ServerDisconnectedError")
        assert standing.reason is None
        time.seconds += UNREACHABLE_SECONDS
        assert "ServerDisconnectedError" in str(standing.reason)
        standing.refused(Unclear("chat.update", "a_word"))
        assert standing.reason is None
        assert standing.take_restored()

    def test_isnt_hurt_by_what_lies_with_one_call(self, time):
        standing = ApiStatus(time)
        standing.refused(Unclear("chat.update", "invalid_blocks"))
        assert standing.reason is None
