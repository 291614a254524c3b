"""Files that gates read: reports, test results and findings as their tools write them, and what isn't such a file."""

import json
import subprocess
import sys
import tracemalloc

import pytest

from workflows.policy.licences import LicenceError, is_licence_allowed, licences_in
from workflows.releases.files import read_file
from workflows.releases.files.licence import licence_in
from workflows.releases.source_records import FileOrder

PYTEST = b"""<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="1"
failures="1" skipped="1" tests="4" time="0.055"><testcase classname="test_model" name="test_shapes" time="0.000" />
<testcase classname="test_model" name="test_range"><failure message="assert 0.2 &lt; 0.1">E   assert</failure></testcase>
<testcase classname="test_model" name="test_slow"><skipped type="pytest.skip" message="slow">5: slow</skipped></testcase>
<testcase classname="test_model" name="test_data"><error message="failed on setup">E   RuntimeError</error></testcase>
</testsuite></testsuites>"""
"""As pytest 9 writes it."""
BOMB = b'<!DOCTYPE a [<!ENTITY b "bb">%s]><testsuites>&l9;</testsuites>' % b"".join(
    b'<!ENTITY l%d "%s">' % (at, b"&l%d;" % (at - 1) * 10 if at else b"&b;") for at in range(10)
)


def read(form, data, *fields):
    found = read_file(FileOrder(file="f", form=form, fields=fields), data, "d")
    return found.found if not found.trouble else found.trouble


def junit(inside: str, attributes: str = "") -> bytes:
    return f"<testsuite {attributes}>{inside}</testsuite>".encode()


class TestTestResults:
    def test_of_pytest_are_counted(self):
        assert read("junit", PYTEST) == {
            "tests": "3",
            "skipped": "1",
            "failed": "2",
            "names": "test_range, test_data",
        }

    @pytest.mark.parametrize(
        ("data", "failed"),
        [
            (junit("<testcase/><error/>"), "1"),
            (junit("<testcase/>", 'errors="2" failures="1"'), "3"),
            (junit('<testcase><failure/><failure/></testcase><testcase name="b"/>'), "1"),
            (junit("<testcase><skipped/><failure/></testcase>"), "1"),
            (junit("<testcase><failure/><skipped/></testcase>"), "1"),
            (b'<j:testsuite xmlns:j="urn:j"><j:testcase><j:error/></j:testcase></j:testsuite>', "1"),
        ],
    )
    def test_that_failed_in_any_way_are_found(self, data, failed):
        assert read("junit", data)["failed"] == failed

    @pytest.mark.parametrize(
        ("data", "says"),
        [
            (BOMB, "document type or entities"),
            (
                b'<!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/passwd">]><testsuite>&x;</testsuite>',
                "document type",
            ),
            (b'<!DOCTYPE t SYSTEM "http://127.0.0.1:9/t.dtd"><testsuite/>', "document type"),
            (b"<testsuite><testcase>", "well-formed"),
            (b"", "well-formed"),
            (b"\xff\xfe\x00", "well-formed"),
            (b'<?xml version="1.0" encoding="none"?><testsuite/>', "well-formed"),
            (b"<html/>", "isn't JUnit's XML"),
            (b"<testsuite>" + b"<a>" * 60, "isn't JUnit's XML"),
            (junit("", 'failures="many"'), "no number of failures"),
            (junit("", 'failures="-1"'), "no number of failures"),
        ],
    )
    def test_that_aren_t_ones_are_refused_in_a_sentence(self, data, says):
        assert says in read("junit", data)

    def test_of_megabytes_take_no_memory(self):
        data = junit("<testcase/>" * 20_000)
        tracemalloc.start()
        try:
            assert read("junit", data)["tests"] == "20000"
            assert tracemalloc.get_traced_memory()[1] < 4 * len(data)
        finally:
            tracemalloc.stop()


def sarif(*results: dict, rules: tuple = (), **run) -> bytes:
    made = {"tool": {"driver": {"name": "t", "rules": list(rules)}}, "results": list(results), **run}
    return json.dumps({"version": "2.1.0", "runs": [made]}).encode()


NOTE_BY_RULE = {"id": "R1", "defaultConfiguration": {"level": "note"}}
IN_SOURCE, EXTERNAL = {"kind": "inSource"}, {"kind": "external", "status": "accepted"}


class TestFindings:
    def test_of_ruff_are_counted(self, tmp_path):
        (tmp_path / "a.py").write_text("import os\n")
        command = [
            sys.executable,
            "-m",
            "ruff",
            "check",
            "--isolated",
            "--output-format",
            "sarif",
            "--select",
            "F401",
        ]
        written = subprocess.run([*command, str(tmp_path)], capture_output=True, check=False).stdout
        assert read("sarif", written) == {"error": "1", "rules error": "F401"}

    @pytest.mark.parametrize(
        ("result", "key"),
        [
            ({}, "warning"),
            ({"level": "error"}, "error"),
            ({"kind": "pass"}, "none"),
            ({"kind": "review"}, "none"),
            ({"ruleId": "R1"}, "note"),
            ({"ruleIndex": 0}, "note"),
            ({"ruleId": "R1", "level": "error"}, "error"),
            ({"ruleIndex": 7}, "warning"),
            ({"rule": {"id": "R1"}}, "note"),
            ({"suppressions": []}, "warning"),
            ({"suppressions": [IN_SOURCE]}, "in-source:warning"),
            ({"suppressions": [EXTERNAL]}, "external:warning"),
            ({"suppressions": [EXTERNAL, IN_SOURCE]}, "external+in-source:warning"),
            ({"suppressions": [IN_SOURCE, {"kind": "external", "status": "underReview"}]}, "warning"),
            ({"suppressions": [{"kind": "external", "status": "rejected"}]}, "warning"),
            ({"baselineState": "new"}, "warning"),
        ],
    )
    def test_have_the_level_and_the_suppression_that_the_specification_says(self, result, key):
        found = read("sarif", sarif({"message": {}, **result}, rules=(NOTE_BY_RULE,)))
        assert {name: count for name, count in found.items() if not name.startswith("rules")} == {key: "1"}

    def test_that_are_gone_since_the_baseline_don_t_count(self):
        assert read("sarif", sarif({"level": "error", "baselineState": "absent"})) == {}

    @pytest.mark.parametrize(
        ("data", "says"),
        [
            (b"{}", "isn't SARIF 2.1.0"),
            (b"[" * 100_000, "isn't SARIF"),
            (b'{"version": "2.1.0", "runs": []}', "at least one run"),
            (b'{"version": "2.0.0", "runs": [{"tool": {"driver": {}}, "results": []}]}', "isn't SARIF 2.1.0"),
            (sarif({"level": "fatal"}), "isn't SARIF"),
            (sarif(results=None), "no results"),
            (sarif(invocations=[{"executionSuccessful": False}]), "didn't end well"),
            (sarif(externalPropertyFileReferences={"results": [{}]}), "kept elsewhere"),
            (
                sarif({}, invocations=[{"executionSuccessful": True, "ruleConfigurationOverrides": [{}]}]),
                "overridden",
            ),
            (sarif({"rule": {"toolComponent": {"guid": "g"}}}), "Daypass doesn't look"),
        ],
    )
    def test_that_can_t_be_counted_are_refused_in_a_sentence(self, data, says):
        assert says in read("sarif", data)


class TestJson:
    def test_gives_texts_and_numbers_as_they_are_written(self):
        data = b'{"a": {"b/c": [1, 0.10]}, "t": "x", "n": NaN, "yes": true, "o": {}}'
        found = read("json", data, "/a/b~1c/1", "/t", "/n", "/yes", "/o", "/a/b~1c/2", "/t/u", "/gone")
        assert found == {"/a/b~1c/1": "0.10", "/t": "x", "/n": "NaN"}

    @pytest.mark.parametrize("data", [b"", b"[", b"\xff", b"[" * 100_000, b"<html>"])
    def test_that_isn_t_json_is_refused(self, data):
        assert read("json", data, "/a") == "f can't be read: it isn't JSON."

    def test_that_says_a_thing_twice_is_refused(self):
        assert "one name twice" in read("json", b'{"rate": 0.9, "rate": 0.01}', "/rate")


class TestLicences:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            (b"Apache-2.0\n", {"licence": "Apache-2.0"}),
            (b"---\nlicense: mit\ntags: [a]\n---\n# Model\n", {"licence": "mit"}),
            (b"---\nlicense: [mit]\n---\n", {}),
            (b"---\nlicense: mit\n", {}),
            (b"---\n- license: mit\n---\n", {}),
            (b"---\n!!python/object:os.system\n---\n", {}),
            (b"", {}),
            (b"MIT License\n\nPermission is hereby granted", "neither front matter nor one line"),
            (b"\xff", "isn't text in UTF-8"),
        ],
    )
    def test_are_read_from_files(self, text, found):
        said = read("licence", text)
        assert said == found or (isinstance(found, str) and found in said)

    def test_of_a_model_card_is_that_of_its_front_matter_alone(self):
        assert licence_in("---\nlicense: cc-by-4.0\n---\n# A\n") == "cc-by-4.0"
        assert licence_in("# A\n\n---\nlicense: mit\n---\n") == ""
        assert licence_in("---\n" + "a: &a [b]\n" * 5_000 + "license: mit\n---\n") == ""

    @pytest.mark.parametrize(
        ("expression", "allowed"),
        [
            ("apache-2.0", True),
            ("MIT OR GPL-3.0-only", True),
            ("MIT AND GPL-3.0-only", False),
            ("(MIT OR GPL-3.0-only) AND Apache-2.0", True),
            ("Apache-2.0 WITH LLVM-exception", False),
            ("GPL-2.0-only WITH Classpath-exception-2.0", True),
            ("LicenseRef-northwind", True),
            ("LicenseRef-other", False),
            ("LicenseRef-Apache", False),
        ],
    )
    def test_are_allowed_if_who_takes_the_model_may_choose_them(self, expression, allowed):
        policy = ("MIT", "Apache-2.0", "GPL-2.0-only WITH Classpath-exception-2.0", "LicenseRef-northwind")
        assert is_licence_allowed(expression, policy) == allowed

    @pytest.mark.parametrize(
        "text", ["", "other", "llama3", "MIT OR", "(MIT", "MIT, Apache-2.0", "MIT " * 200, "(" * 400]
    )
    def test_that_spdx_doesn_t_know_are_refused(self, text):
        with pytest.raises(LicenceError):
            licences_in(text)
