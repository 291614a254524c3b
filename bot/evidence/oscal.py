"""The evidence of a period as OSCAL assessment results.

It has observations and no findings: an OSCAL finding says that a control is satisfied or not, which the auditor decides.

Source: https://pages.nist.gov/OSCAL/resources/concepts/layer/assessment/assessment-results/
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from workflows.queries.evidence.checks.check import Noted
from workflows.queries.evidence.evidence import Checked, Evidence

OSCAL_VERSION = "1.1.3"
NAMESPACE = UUID("6f0c1f0e-6d0b-5b5e-8f7e-0b9d4f8f3a51")
"""From which every UUID here is made, so that the same evidence has the same ones."""
PROPERTIES = "https://daypass.example/ns/oscal"
"""The namespace of properties that OSCAL doesn't define."""
Json = dict[str, Any]


def assessment_results(evidence: Evidence) -> Json:
    """Give the document."""
    id = _Ids(evidence)
    history = evidence.gathered.history
    return {
        "assessment-results": {
            "uuid": id("document"),
            "metadata": {
                "title": f"Daypass evidence, {evidence.period}",
                "last-modified": _at(history.at),
                "version": f"{history.at:%Y-%m-%dT%H:%M:%SZ}",
                "oscal-version": OSCAL_VERSION,
                "props": _props(log=evidence.origin, seed=evidence.seed.root.hex()),
            },
            "import-ap": {
                "href": f"#{id('plan')}",
                "remarks": "There is no assessment plan in OSCAL. What each observation looks at is in its description.",
            },
            "results": [_result(evidence, id)],
            "back-matter": {"resources": [*_resources(evidence, id)]},
        }
    }


class _Ids:
    """Makes UUIDs of version 5, the same for the same name in the same evidence."""

    def __init__(self, evidence: Evidence) -> None:
        history = evidence.gathered.history
        base = f"{evidence.origin} {evidence.period} {history.at.isoformat()} {evidence.seed.root.hex()}"
        self._base = uuid5(NAMESPACE, base)

    def __call__(self, name: str) -> str:
        return str(uuid5(self._base, name))


def _result(evidence: Evidence, id: _Ids) -> Json:
    history = evidence.gathered.history
    return {
        "uuid": id("result"),
        "title": f"Checks of Daypass's log, {evidence.period}",
        "description": (
            "What Daypass's log says about each control: what was looked at, samples drawn by the log's root, and every "
            "exception. These observations support controls; whether a control is satisfied is for the auditor to say."
        ),
        "start": _at(evidence.period.starts),
        "end": _at(history.judged_at),
        "reviewed-controls": {"control-selections": [*_selections(evidence)]},
        "observations": [*_observations(evidence, id)],
    }


def _selections(evidence: Evidence) -> Iterator[Json]:
    for framework in evidence.controls.frameworks:
        yield {
            "description": framework.title,
            "props": _props(framework=framework.id),
            "links": [{"href": framework.source, "rel": "reference"}],
            "include-controls": [{"control-id": control.id} for control in framework.controls],
        }


def _observations(evidence: Evidence, id: _Ids) -> Iterator[Json]:
    for one in evidence.checked:
        yield _observation(one, evidence, id)
        for number, note in enumerate(one.found.noted):
            yield _noted(note, f"{one.check.name}/{number}", one, evidence, id)


def _observation(one: Checked, evidence: Evidence, id: _Ids) -> Json:
    controls = [
        control.id
        for framework in evidence.controls.frameworks
        for control in framework.controls
        if one.check.name in control.checks
    ]
    props = [
        *_props(
            check=one.check.name,
            population=str(len(one.found.population)),
            samples=str(len(one.samples)),
            exceptions=str(len(one.found.exceptions)),
            prevented=str(len(one.found.prevented)),
        ),
        *(prop for control in controls for prop in _props(supports=control)),
    ]
    return {
        "uuid": id(one.check.name),
        "title": one.check.title,
        "description": one.check.means,
        "props": props,
        "methods": ["TEST"],
        "types": ["control-objective"],
        "relevant-evidence": [
            {
                "href": f"#{id('events')}",
                "description": "Every event of each sample, with its inclusion proof.",
            },
            {"href": f"#{id('samples')}", "description": "The population, and the samples drawn from it."},
        ],
        "collected": _at(evidence.gathered.history.at),
    }


def _noted(note: Noted, name: str, one: Checked, evidence: Evidence, id: _Ids) -> Json:
    place = {"event": str(note.index)} if note.index is not None else {}
    return {
        "uuid": id(name),
        "title": f"{one.check.title}: {note.kind}",
        "description": note.sentence,
        "props": _props(check=one.check.name, kind=note.kind, subject=note.subject, at=_at(note.at), **place),
        "methods": ["TEST"],
        "types": ["finding"] if note.kind == "exception" else ["control-objective"],
        "collected": _at(evidence.gathered.history.at),
    }


def _resources(evidence: Evidence, id: _Ids) -> Iterator[Json]:
    yield {
        "uuid": id("plan"),
        "title": "Assessment plan",
        "description": "Daypass's documentation describes the checks; there is no plan as an OSCAL document.",
    }
    for name, title, path in (
        ("events", "Events with inclusion proofs", "events.jsonl"),
        ("samples", "Populations and samples", "samples.json"),
    ):
        yield {"uuid": id(name), "title": title, "rlinks": [{"href": path, "media-type": "application/json"}]}


def _props(**values: str) -> list[Json]:
    return [{"name": name, "ns": PROPERTIES, "value": value} for name, value in values.items()]


def _at(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
