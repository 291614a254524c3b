"""The results of tests in JUnit's XML, as pytest, Surefire and others write it. It is read as a stream, without a tree.

Document types, entities and whatever is elsewhere are refused.
Source: https://github.com/testmoapp/junitxml
"""

from io import BytesIO
from typing import Any
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from defusedxml import DefusedXmlException
from defusedxml.sax import make_parser

from workflows.releases.files.unreadable import UnreadableFile
from workflows.text import one_line

MAX_NAMED = 3
MAX_DEPTH = 50
_SUITES = ("testsuites", "testsuite")


def read_junit(data: bytes, fields: tuple[str, ...]) -> dict[str, str]:
    """How many tests ran (`tests`), were `skipped`, and have `failed`, with the first `names` of these. Raises UnreadableFile."""
    counted, parser = _Counted(), make_parser()
    parser.forbid_dtd = True
    parser.setContentHandler(counted)
    try:
        parser.parse(BytesIO(data))
    except DefusedXmlException:
        raise UnreadableFile("it has a document type or entities, which aren't read.") from None
    except (SAXException, ValueError, LookupError):
        raise UnreadableFile("it isn't well-formed XML.") from None
    failed = max(counted.failed, counted.said)
    found = {"tests": str(counted.ran), "skipped": str(counted.skipped), "failed": str(failed)}
    return found | ({"names": ", ".join(counted.names)} if counted.names else {})


class _Counted(ContentHandler):
    """Counts cases, and what failed outside of one. `said` is the most that one suite says failed."""

    def __init__(self) -> None:
        super().__init__()
        self.ran = self.skipped = self.failed = self.said = 0
        self.names: list[str] = []
        self._depth = 0
        self._case: str | None = None
        self._outcome = "passed"

    def startElement(self, name: str, attrs: Any) -> None:
        self._depth += 1
        local = name.rpartition(":")[2]
        if (self._depth == 1 and local not in _SUITES) or self._depth > MAX_DEPTH:
            raise UnreadableFile("it isn't JUnit's XML.")
        if local in _SUITES:
            self.said = max(self.said, _number(attrs, "failures") + _number(attrs, "errors"))
        elif local == "testcase":
            self._case, self._outcome = one_line(attrs.get("name", ""), 60), "passed"
        elif local in ("failure", "error"):
            self._fails()
        elif local == "skipped" and self._case is not None and self._outcome == "passed":
            self._outcome = "skipped"

    def endElement(self, name: str) -> None:
        self._depth -= 1
        if name.rpartition(":")[2] == "testcase" and self._case is not None:
            self.ran += self._outcome != "skipped"
            self.skipped += self._outcome == "skipped"
            if self._outcome == "failed":
                self._count(self._case)
            self._case = None

    def _fails(self) -> None:
        if self._case is None:
            self._count("")
        self._outcome = "failed"

    def _count(self, name: str) -> None:
        self.failed += 1
        if name and len(self.names) < MAX_NAMED:
            self.names.append(name)


def _number(attrs: Any, name: str) -> int:
    text = attrs.get(name, "0").strip() or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UnreadableFile(f"it has no number of {name}.")
    return int(text)
