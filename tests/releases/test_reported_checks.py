"""The gate on what a pipeline reports of its own checks: tests that ran, and findings that count."""

import pytest

from tests.releases.test_gate_kinds import having, reading
from tests.releases.test_makers_records import judged
from workflows.policy.schema.gates import GateBlock


class TestChecks:
    def seen(self, written, **found):
        return having(reading(written, "checks", found=found))

    @pytest.mark.parametrize(
        ("more", "found", "verdict", "says"),
        [
            ({}, {"tests": "3", "failed": "0"}, "passed", "3 tests passed."),
            (
                {},
                {"tests": "3", "failed": "2", "names": "a, b"},
                "failed",
                "2 tests failed in junit.xml: a, b.",
            ),
            ({}, {"tests": "0", "skipped": "9", "failed": "0"}, "failed", "0 tests ran, and 9 were skipped"),
            ({"min_tests": 4}, {"tests": "3", "failed": "0"}, "failed", "at least 4 have to run"),
        ],
    )
    def test_are_tests_that_ran_and_passed(self, more, found, verdict, says):
        written = {"junit": ["junit.xml"], **more}
        said = judged("checks", written, self.seen(written, **found))
        assert (said[0], says in said[1]) == (verdict, True), said

    @pytest.mark.parametrize(
        ("more", "found", "verdict"),
        [
            ({}, {}, "passed"),
            ({}, {"warning": "7", "note": "1", "none": "3"}, "passed"),
            ({}, {"error": "1", "rules error": "S101"}, "failed"),
            ({"level": "warning"}, {"warning": "1"}, "failed"),
            ({"level": "note"}, {"none": "3"}, "passed"),
            ({}, {"in-source:error": "1"}, "failed"),
            ({"suppressions": ["external"]}, {"in-source:error": "1"}, "failed"),
            ({"suppressions": ["in-source"]}, {"in-source:error": "1"}, "passed"),
            ({"suppressions": ["external"]}, {"external+in-source:error": "1"}, "passed"),
            ({"suppressions": ["in-source"]}, {"in-source:error": "1", "error": "1"}, "failed"),
        ],
    )
    def test_are_findings_below_a_level_unless_the_policy_accepts_their_suppression(
        self, more, found, verdict
    ):
        written = {"sarif": ["scan.sarif"], **more}
        assert judged("checks", written, self.seen(written, **found))[0] == verdict

    def test_that_weren_t_all_reported_fail(self):
        written = {"junit": ["junit.xml"]}
        absent = having(reading(written, "checks", absent=True))
        assert judged("checks", written, absent) == ("failed", "The artifact has no junit.xml.")
        both = {"junit": ["junit.xml", "more.xml"]}
        assert judged("checks", both, self.seen(written, tests="3"))[0] == "unknown"

    def test_that_can_t_be_read_can_t_be_evaluated(self):
        written = {"junit": ["junit.xml"]}
        seen = having(reading(written, "checks", trouble="junit.xml is too large: …"))
        assert judged("checks", written, seen) == ("unknown", "junit.xml is too large: …")


@pytest.mark.parametrize("field", ["junit", "sarif"])
def test_checks_need_a_file(field):
    with pytest.raises(ValueError, match="needs more"):
        GateBlock.model_validate({"name": "g", "kind": "checks", field: ()})
