"""What is live is looked at over and over: an event when a verdict changes, and then what the policy says."""

import json
import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, cast

import pytest
import yaml

from bot.demo.stage import ROOT
from bot.setting_live_metrics import read_metrics
from bot.slack.releases import cards
from bot.slack.releases.faults import faults
from tests.people import ADA, GRACE
from tests.releases.story import SUBJECT, Story
from workflows.ledger.repository import Repository
from workflows.policy.schema.live_checks import LiveCheckBlock, LiveCheckTerms
from workflows.ports import Permanent, Retryable
from workflows.releases.commands import ReportLiveCheck
from workflows.releases.gates.gate import Result, Verdict
from workflows.releases.live_checks.evaluate import evaluate_live
from workflows.releases.live_checks.source import Look, Measured
from workflows.releases.live_checks.watch import RETRY, LiveCheckJobs, Streak, next_look
from workflows.workflow import CLOCKWORK, Decision, NoChange

CHECKS = """
live_checks:
  - name: latency
    about: latency
    source: prometheus
    query: max(latency_seconds{version="$version"})
    at_most: 0.25
    every: 1m
    on_failure: roll-back
  - name: clicks
    about: quality
    source: metrics
    pointer: /ctr
    better: higher
    worse_by: 0.01
    at: [15m, 1d]
    failures: 1

freezes:
"""
LATENCY = LiveCheckTerms(name="latency", about="latency", source="p", query="q", at_most="0.25", every=60)
CLICKS = LiveCheckTerms(
    name="clicks",
    about="quality",
    source="m",
    pointer="/ctr",
    better="higher",
    worse_by="0.01",
    at=(900, 86_400),
)


@pytest.fixture
def watched(story: Story, changed: Any) -> Story:
    """A release that is live, with two live checks."""
    story.world = changed(("\nfreezes:\n", CHECKS))
    story.is_live(ADA, GRACE)
    return story


def comes_out(story: Story, verdict: Verdict, looks: int = 3, check: str = "latency") -> Decision:
    result = Result(gate=check, verdict=verdict, sentence=f"{check} is 0.3.", value="0.3", champion="0.2")
    return story.handle(ReportLiveCheck(SUBJECT, check, "2", result, looks, story.clock()), CLOCKWORK)


class TestAVerdict:
    def test_is_an_event_when_it_changes_and_never_for_a_look(self, watched: Story) -> None:
        before = len(watched.events)
        for verdict in ("passed", "passed", "unknown", "unknown", "passed", "passed"):
            comes_out(watched, cast("Verdict", verdict), looks=5)
        assert watched.actions[before:] == ["live-check-passed", "live-check-not-read", "live-check-passed"]
        assert watched.logged.replayed().fault is None

    def test_fails_only_after_so_many_looks_in_a_row(self, watched: Story) -> None:
        for looks in (1, 2):
            assert comes_out(watched, "failed", looks) == NoChange()
            assert comes_out(watched, "unknown", looks) == NoChange()
        assert isinstance(comes_out(watched, "failed"), tuple)

    def test_that_can_t_be_told_is_neither_passed_nor_a_reason_to_roll_back(self, watched: Story) -> None:
        comes_out(watched, "unknown")
        assert (watched.status, watched.now.move, watched.now.incident) == ("live", None, None)
        assert watched.told[-1] == "live-check-not-read"
        assert "couldn't be evaluated" in faults(watched.now)[0]

    @pytest.mark.parametrize("change", [{"check": "other"}, {"version": "1"}])
    def test_of_something_else_says_nothing(self, watched: Story, change: dict[str, str]) -> None:
        result = Result(gate="latency", verdict="failed", sentence="Slow.")
        command = ReportLiveCheck(SUBJECT, "latency", "2", result, 9, watched.clock())
        assert watched.handle(replace(command, **change), CLOCKWORK) == NoChange()

    def test_of_what_somebody_moved_by_hand_says_nothing(self, watched: Story) -> None:
        watched.is_looked_at("9")
        assert comes_out(watched, "failed") == NoChange()


class TestAFailure:
    def test_declares_one_incident_whichever_check_failed_first(self, watched: Story) -> None:
        comes_out(watched, "failed", check="clicks")
        declared = [one for one in watched.effects if one.kind == "declare"]
        assert [one.payload["title"] for one in declared] == ["Live check clicks failed: Ranking model 2"]
        comes_out(watched, "passed", check="clicks")
        comes_out(watched, "failed", check="clicks")
        assert [one for one in watched.effects if one.kind == "declare"] == declared

    def test_offers_to_roll_back_and_says_when_it_recovers(self, watched: Story) -> None:
        comes_out(watched, "failed", check="clicks")
        assert (watched.status, watched.told[-1]) == ("live", "live-check-failed")
        assert faults(watched.now)[0].startswith(":rotating_light: *Live check clicks failed.* Roll back")
        said = str([block.to_dict() for block in cards.whole(watched.now, watched.world.directory)])
        assert "*Live checks*" in said and "clicks is 0.3." in said
        comes_out(watched, "passed", check="clicks")
        assert faults(watched.now) == []
        assert watched.actions[-1] == "live-check-passed"

    def test_rolls_back_by_the_check_s_own_rule_and_is_shown_as_that(self, watched: Story) -> None:
        comes_out(watched, "failed")
        move = watched.now.move
        assert move is not None
        assert (watched.status, move.to, move.by, move.rule) == ("rolling back", "1", CLOCKWORK.id, "latency")
        notices = str([block.to_dict() for block in cards.whole(watched.now, watched.world.directory)])
        assert "The policy rolls it back, because live check latency failed." in notices
        watched.moved()
        assert (watched.status, watched.now.rollback_by) == ("rolled back", CLOCKWORK.id)
        assert watched.logged.replayed().fault is None

    def test_takes_nothing_off_where_nothing_was_live_before(self, story: Story, changed: Any) -> None:
        story.world = changed(("\nfreezes:\n", CHECKS))
        story.registry = replace(story.registry, live=None)
        story.is_live(ADA, GRACE)
        comes_out(story, "failed")
        assert (story.status, story.now.move) == ("live", None)

    def test_that_was_never_recorded_can_t_have_rolled_it_back(self, watched: Story) -> None:
        """By the log alone: whoever writes the move into the database is found out."""
        comes_out(watched, "failed")
        last = watched.logged.decided[-1]
        assert [one.action for one in last.events] == ["live-check-failed", "move-started"]
        watched.logged.decided[-1] = replace(last, events=last.events[1:])
        assert "no live check of its terms called for it" in str(watched.logged.replayed().fault)


class TestAReading:
    @pytest.mark.parametrize(
        ("value", "verdict"),
        [
            ("0.25", "passed"),
            ("0.2500001", "failed"),
            ("NaN", "unknown"),
            ("+Inf", "unknown"),
            ("", "unknown"),
        ],
    )
    def test_is_held_against_its_bounds(self, value: str, verdict: str) -> None:
        assert evaluate_live(LATENCY, Measured(value)).verdict == verdict

    def test_is_compared_with_the_version_before_and_both_numbers_are_kept(self) -> None:
        result = evaluate_live(CLICKS, Measured("0.10"), Measured("0.12"), "1")
        assert (result.verdict, result.value, result.champion) == ("failed", "0.1", "0.12")
        assert result.sentence == "clicks is 0.1 (required: worse than version 1 (0.12) by at most 0.01)."
        assert evaluate_live(CLICKS, Measured("0.11"), Measured("0.12"), "1").verdict == "passed"
        lower = CLICKS.model_copy(update={"better": "lower"})
        assert evaluate_live(lower, Measured("0.14"), Measured("0.12"), "1").verdict == "failed"

    def test_without_the_other_number_isn_t_evaluated(self) -> None:
        gone = evaluate_live(CLICKS, Measured("0.1"), Measured(trouble="It has none."), "1")
        assert (gone.verdict, gone.sentence) == ("unknown", "Can't compare with version 1: It has none.")
        assert evaluate_live(CLICKS, Measured("0.1")).verdict == "unknown"

    def test_is_bound_by_its_digest(self) -> None:
        one, other = evaluate_live(LATENCY, Measured("0.1")), evaluate_live(LATENCY, Measured("0.10"))
        assert one.evidence != other.evidence


class TestWhenItIsLookedAt:
    LIVE = datetime.fromisoformat("2026-03-02T10:00:00+00:00")

    def test_is_on_a_schedule_while_it_is_live(self) -> None:
        first = next_look(LATENCY, self.LIVE, None)
        assert first == self.LIVE + timedelta(minutes=1)
        streak = Streak("failed", 1, first, first)
        assert next_look(LATENCY, self.LIVE, streak) == first + timedelta(minutes=1)

    def test_is_at_planned_times_and_soon_again_until_it_passes(self) -> None:
        first = next_look(CLICKS, self.LIVE, None)
        assert first == self.LIVE + timedelta(minutes=15)
        assert next_look(CLICKS, self.LIVE, Streak("failed", 1, first, first)) == first + RETRY
        passed = Streak("passed", 1, first, first)
        assert next_look(CLICKS, self.LIVE, passed) == self.LIVE + timedelta(days=1)
        last = self.LIVE + timedelta(days=1)
        assert next_look(CLICKS, self.LIVE, Streak("passed", 2, first, last)) is None


class TestTheWatch:
    async def test_reports_what_changes_and_stays_silent_otherwise(self, watched: Story) -> None:
        source, ledger = Source(), Heard(watched)
        jobs = LiveCheckJobs(
            cast("Any", ledger), cast("Repository", ledger), {"prometheus": source}, watched.clock, 60.0
        )
        for values in (["0.1"] * 3, ["0.3", "0.1"], ["0.3"] * 3, ["0.3"]):
            for value in values:
                source.value = value
                watched.clock.forward(minutes=1)
                await jobs.run()
        assert [one.result.verdict for one in ledger.heard] == ["passed", "failed"]
        assert ledger.heard[-1].looks == 3
        assert {look.version for look in source.looks} == {"2"}

    async def test_says_when_to_look_next_and_forgets_what_is_over(self, watched: Story) -> None:
        ledger = Heard(watched)
        jobs = LiveCheckJobs(cast("Any", ledger), cast("Repository", ledger), {}, watched.clock, 60.0)
        assert watched.now.live_at is not None
        assert await jobs.run() == watched.now.live_at + timedelta(minutes=1)
        watched.rolls_back(GRACE)
        watched.moved()
        assert await jobs.run() is None

    @pytest.mark.parametrize("error", [Retryable("It is away."), Permanent("It says no."), None])
    async def test_tells_after_a_while_that_a_source_can_t_be_asked(
        self, watched: Story, error: Exception | None
    ) -> None:
        ledger = Heard(watched)
        sources: Any = {"prometheus": Source(error=error)} if error else {}
        jobs = LiveCheckJobs(cast("Any", ledger), cast("Repository", ledger), sources, watched.clock, 60.0)
        for _ in range(5):
            watched.clock.forward(minutes=1)
            await jobs.run()
        (report,) = ledger.heard
        assert (report.result.verdict, report.looks) == ("unknown", 3)
        assert report.result.sentence == (str(error) if error else report.result.sentence)
        assert error or "DAYPASS_LIVE_METRICS" in report.result.sentence


class TestThePolicy:
    GOOD: ClassVar = {
        "name": "slow",
        "about": "latency",
        "source": "p",
        "query": "q",
        "at_most": 1,
        "every": "1m",
    }

    def test_reads_what_its_page_shows(self) -> None:
        page = (ROOT / "docs" / "live-checks.md").read_text()
        (policy,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
        names = [
            LiveCheckBlock.model_validate_json(json.dumps(one)).name
            for one in yaml.safe_load(policy)["live_checks"]
        ]
        assert names == ["latency", "clicks", "missing-features", "drift"]
        (setting,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
        found = {name: (one.kind, one.url) for name, one in read_metrics(setting).items()}
        assert found["quality"] == ("http", "https://quality.example/models/$model/$version")

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ({"query": None}, "needs “metric” for MLflow"),
            ({"pointer": "/a"}, "needs “metric” for MLflow"),
            ({"source": "mlflow"}, "needs “metric” for MLflow"),
            ({"observed_in": "live"}, "belong together"),
            ({"at_most": None}, "no threshold"),
            ({"better": "higher"}, "needs “worse_by”"),
            ({"every": None}, "never looked at"),
            ({"every": "5s"}, "more often than every 10 seconds"),
            ({"query": None, "pointer": "a/b"}, "pattern"),
        ],
    )
    def test_says_what_is_wrong(self, change: dict[str, Any], says: str) -> None:
        given = {name: value for name, value in {**self.GOOD, **change}.items() if value is not None}
        with pytest.raises(ValueError, match=says):
            LiveCheckBlock.model_validate(given)
        LiveCheckBlock.model_validate(self.GOOD)


@dataclass
class Source:
    """A source that has one value, or an error."""

    value: str = "0.1"
    error: Exception | None = None
    looks: list[Look] = field(default_factory=list)

    async def read(self, look: Look) -> Measured:
        self.looks.append(look)
        if self.error:
            raise self.error
        return Measured(self.value)


@dataclass
class Heard:
    """A ledger and what is read of it: one release, and every report about it."""

    story: Story
    heard: list[ReportLiveCheck] = field(default_factory=list)

    async def in_status(self, kind: Any, prefix: str, statuses: Any) -> list[Any]:
        return [self.story.now] if self.story.status in statuses else []

    async def handle(self, command: ReportLiveCheck, actor: Any, surface: str) -> None:
        self.heard.append(command)
        self.story.handle(command, actor)
