"""No condition and no request makes Daypass use more memory or time than it says, or answers yes by failing."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from tests.policy.test_conditions import CONTEXT
from workflows.policy.cel.evaluator import MEMORY, NOT_REACHED, TOO_MUCH
from workflows.policy.conditions import (
    Compiled,
    ConditionError,
    _evaluator,
    compile_condition,
    evaluate,
    evaluate_all,
)
from workflows.policy.loading.load import load_bundle
from workflows.policy.loading.merge_conditions import MAX_CONDITIONS
from workflows.policy.problems import BundleErrors

LONG = replace(
    CONTEXT,
    justification="x" * 1_000_000,
    ticket="y" * 1_000_000,
    requester_groups=tuple(f"group-{n}" for n in range(200)),
)
SECONDS = 30.0
"""By the clock, on a busy machine, for what has a quarter of a second of processor time and would never end."""


def nested(item: str, last: str, first: str = "justification", times: int = 8) -> str:
    """`[item of x].exists(y, [item of y].exists(z, …`: each level grows what the one before made."""
    names = [first, *"abcdefghijklmnopqrstuvwxyz"[:times]]
    opened = "".join(f"[{item.replace('@', outer)}].exists({inner}," for outer, inner in pairwise(names))
    return f"{opened}{last.replace('@', names[-1])}{')' * times}"


TEXT_BOMB = nested("@+@+@+@", "@==justification", times=9)
LIST_BOMB = nested("@+@+@+@", "size(@)<0", "requester_groups", times=9)
TREE_BOMB = nested("[@,@,@]", "@!=@", "requester_groups", times=20)
BYTES_BOMB = nested("@+@+@+@", "size(@)<0", "bytes(justification)", times=9)
LOOPS = "".join(f"[0,1,2,3,4,5,6,7,8,9].all({name}," for name in "abcdefg") + "a>=0" + ")" * 7


def usage() -> int:
    """Bytes that Daypass and its children have in memory."""
    me = psutil.Process()
    return sum(one.memory_info().rss for one in (me, *me.children()))


@pytest.mark.parametrize("source", [TEXT_BOMB, LIST_BOMB, TREE_BOMB, BYTES_BOMB, LOOPS])
class TestABomb:
    def test_is_refused_when_the_bundle_is_loaded(self, source):
        began, before = time.monotonic(), usage()
        with pytest.raises(ConditionError):
            compile_condition(source)
        assert time.monotonic() - began < SECONDS
        assert usage() - before < MEMORY

    def test_that_got_past_it_is_an_error_and_no_yes(self, source):
        """As one does that blows up only on a Sunday."""
        _evaluator._spared.clear()
        began = time.monotonic()
        ((result, _),) = evaluate([Compiled(source)], LONG)
        assert result == "error"
        assert time.monotonic() - began < SECONDS
        assert evaluate([compile_condition("duration_minutes == 60")], CONTEXT) == [("true", "")]


def test_what_used_up_its_bound_isnt_tried_again_at_once():
    _evaluator._spared.clear()
    evaluate([Compiled(TREE_BOMB)], CONTEXT)
    worker = _evaluator._running().process.pid
    assert evaluate([Compiled(TREE_BOMB)], CONTEXT) == [("error", TOO_MUCH)]
    assert _evaluator._running().process.pid == worker


def test_all_conditions_of_a_request_share_one_bound():
    _evaluator._spared.clear()
    fine = compile_condition("duration_minutes == 60")
    others = [compile_condition("hour == 10"), Compiled(TREE_BOMB + " ")]
    outcomes = evaluate([fine, Compiled(TREE_BOMB), *others], CONTEXT)
    assert outcomes == [("true", ""), ("error", TOO_MUCH), ("error", NOT_REACHED), ("error", NOT_REACHED)]


@pytest.mark.parametrize(
    "source",
    [
        "justification.matches(ticket)",
        "justification.matches('(x+x+)+y')",
        "justification.contains(ticket + justification)",
        "size(justification) + size(ticket) > 5999",
        "requester_groups.map(g, g + justification).size() > 999999",
        'now + duration("9999999h") > now',
        'timestamp("9999-12-31T23:59:59Z") + duration("87600h") > now',
        "9223372036854775807 + duration_minutes > 0",
        "!" * 900 + "(hour == 10)",
        " || ".join(f"hour == {n}" for n in range(60)),
    ],
)
def test_large_and_odd_input_has_an_answer_soon(source):
    began = time.monotonic()
    try:
        ((result, _),) = evaluate([compile_condition(source)], LONG)
        assert result in ("true", "false", "error")
    except ConditionError:
        pass
    assert time.monotonic() - began < SECONDS


@pytest.mark.parametrize("source", ["[" * 490 + "]" * 490 + " == []", "(" * 490 + "true" + ")" * 490])
def test_deep_nesting_is_refused(source):
    with pytest.raises(ConditionError):
        compile_condition(source)


class TestManyCases:
    """Asked together, as a replay does, each has the answer and the bound that it has by itself."""

    def test_are_answered_as_one_by_one(self) -> None:
        sources = ("duration_minutes > 30", "hour == 10", "justification.matches('[')", "ticket == 'ü'")
        conditions = [Compiled(source) for source in sources]
        cases = [
            (conditions, replace(CONTEXT, seconds=seconds, ticket="ü" * 3_000).variables())
            for seconds in range(0, 3_600, 60)
        ]
        alone = [
            evaluate(conditions, replace(CONTEXT, seconds=seconds, ticket="ü" * 3_000))
            for seconds in range(0, 3_600, 60)
        ]
        assert evaluate_all(cases) == alone
        assert {result for one in alone for result, _ in one} == {"true", "false", "error"}

    def test_suffer_nothing_from_one_that_uses_up_its_bound(self) -> None:
        _evaluator._spared.clear()
        plain, bomb = [compile_condition("duration_minutes == 60")], [Compiled(TEXT_BOMB)]
        cases = [(bomb if number == 3 else plain, LONG.variables()) for number in range(6)]
        results = [one[0][0] for one in evaluate_all(cases)]
        assert results == ["true", "true", "true", "error", "true", "true"]


class TestTheWorker:
    def test_that_is_killed_is_replaced(self):
        process = _evaluator._running().process
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert evaluate([Compiled("hour == 10")], CONTEXT) == [("true", "")]

    def test_has_no_secret_of_daypass(self):
        evaluate([Compiled("hour == 10")], CONTEXT)
        worker = psutil.Process(_evaluator._running().process.pid)
        assert set(worker.environ()) <= {"LC_CTYPE"}
        assert len(list(Path(f"/proc/{worker.pid}/fd").iterdir())) == 3

    def test_can_have_no_more_memory_than_is_said(self):
        evaluate([Compiled("hour == 10")], CONTEXT)
        worker = psutil.Process(_evaluator._running().process.pid)
        assert worker.rlimit(psutil.RLIMIT_AS) == (MEMORY, MEMORY)

    def test_answers_many_threads_each_its_own(self):
        def ask(minutes: int) -> list[str]:
            context = replace(CONTEXT, seconds=60 * minutes)
            sources = [Compiled(f"duration_minutes == {minutes + n}") for n in range(3)]
            return [result for result, _ in evaluate(sources, context)]

        with ThreadPoolExecutor(8) as threads:
            assert set(map(tuple, threads.map(ask, range(100)))) == {("true", "false", "false")}


def test_an_entitlement_with_more_conditions_than_fit_into_the_time_is_refused(change):
    many = "".join(
        f"        - name: another-{n}\n          allow: hour != {n + 100}\n          because: No reason.\n"
        for n in range(MAX_CONDITIONS)
    )
    broken = change(
        "resources/feature-warehouse.yaml", "        - name: weekdays\n", f"{many}        - name: weekdays\n"
    )
    with pytest.raises(BundleErrors, match="more than 32 conditions"):
        load_bundle(broken)
