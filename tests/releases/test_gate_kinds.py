"""What every registered kind of gate promises, whatever it looks at. A new kind needs a case here."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from tests.builders import MONDAY
from workflows.policy.schema.gates import FIELDS, GateBlock, GateTerms
from workflows.policy.terms.releases import FreezeTerms
from workflows.releases.evidence import (
    Artifact,
    CommitCheck,
    DocumentEvidence,
    EarlierStage,
    Evidence,
    Metric,
    ModelCard,
    Run,
    Signature,
    Version,
)
from workflows.releases.gates import GATE_KINDS
from workflows.releases.gates.asked import files_of
from workflows.releases.gates.gate import Facts
from workflows.releases.source_records import DataSet, FileReading, MatchedMetrics, Tag


def run(status="FINISHED", **metrics):
    logged = (Metric(key=key, count=1, values=(value,)) for key, value in metrics.items())
    return Run(id="r1", status=status, metrics=tuple(logged))


def version(
    number="2", ran=None, size=2_000_000, files=("MLmodel",), sections=("Data",), status="READY"
) -> Version:
    return Version(
        version=number,
        status=status,
        authors=(),
        card=ModelCard(sections=sections, digest=" ".join(sections)),
        run=ran or run(ndcg="0.8"),
        artifact=Artifact(files=files, count=1, size=size, digest=" ".join(files)),
    )


def facts(candidate=None, **evidence) -> Facts:
    return Facts(Evidence(candidate=candidate or version(), live=None, **evidence), (), MONDAY)


def checked(conclusion: str) -> Facts:
    checks = (CommitCheck(name="tests", conclusions=(conclusion,)),)
    return facts(version().model_copy(update={"checks": checks}))


NOTHING = Facts(Evidence(candidate=None, live=None), (), MONDAY)
FREEZE = FreezeTerms(name="f", because="b", begins=MONDAY, ends=MONDAY + timedelta(days=1))


STAGE = EarlierStage(
    service="staging",
    environment="staging",
    release="rel_0",
    version="7",
    digest="MLmodel",
    since=MONDAY - timedelta(days=1),
)
STAGE_OF_ANOTHER = STAGE.model_copy(update={"digest": "other"})


PLAN = DocumentEvidence(
    document="doc_0",
    template="monitoring-plan",
    title="Monitoring plan",
    number=2,
    digest="p" * 64,
    approved_at=MONDAY - timedelta(days=1),
    expires_at=MONDAY + timedelta(days=1),
    thresholds=1,
)


@dataclass(frozen=True)
class Case:
    """A gate as a bundle writes it, with facts on which it passes, and on which it fails."""

    written: dict
    passes: Facts
    fails: Facts
    reads: bool = True
    """Whether it goes by what was read, so that without that it can't be evaluated."""


def signed(*by: str) -> Version:
    """A version whose files are those that these keys signed."""
    made = version()
    assert made.artifact
    read = Signature(file="model.sig", signed_by=by)
    return made.model_copy(update={"artifact": made.artifact.model_copy(update={"signatures": (read,)})})


KEY = (
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAESjYmOW/poQHP/CgEJPor0NFdIpyg1eR/7cxa8WbTFgV3YGrBV1Pn45rITf/4YYAswMCGV/"
    "V8ij8H0Ho7NSHnWA=="
)
CLICKS = DataSet(name="clicks", digest="d1", contexts=("training",))
COMMIT = Tag(key="mlflow.source.git.commit", value="c" * 40)
REPORT = {
    "file": "red-team.json",
    "max_age": "1d",
    "time_field": "/made",
    "bounds": [{"field": "/rate", "at_most": 0.05}],
}


def recorded(**records) -> Facts:
    """A version whose run's makers recorded this."""
    return facts(version(ran=run(ndcg="0.8").model_copy(update={"ended_at": MONDAY, **records})))


def sliced(*values: str) -> Facts:
    """A run with so many slices of one metric."""
    ran = run(**{f"auc/{at}": value for at, value in enumerate(values)})
    names = tuple(metric.key for metric in ran.metrics)
    matched = (MatchedMetrics(pattern="auc/*", count=len(names), names=names),)
    return facts(version(ran=ran.model_copy(update={"matched": matched})))


def having(*read: FileReading, **records) -> Facts:
    """A version with these files in its artifact."""
    found = recorded(**records)
    made = found.evidence.candidate
    artifact = made.artifact.model_copy(update={"read": read})
    return facts(made.model_copy(update={"artifact": artifact}))


def reading(written: dict, kind: str, **found) -> FileReading:
    """Of the one file that a gate like this asks for."""
    (order,) = files_of(gate(kind, written))
    return FileReading(order=order, digest="d" * 64, **found)


def reported(rate: str, made: str = "2026-03-02T08:00:00Z", **more) -> Facts:
    return having(reading(REPORT, "report", found={"/rate": rate, "/made": made}), **more)


def ran_tests(**found: str) -> Facts:
    said = {"tests": "3", "skipped": "0", **found}
    return having(reading({"junit": ["junit.xml"]}, "checks", found=said))


def gate(kind: str, written: dict) -> GateTerms:
    block = GateBlock.model_validate({"name": "g", "kind": kind, **_as_loaded(written)})
    return GateTerms.model_validate(block.model_dump(exclude_none=True))


def _as_loaded(written: dict) -> dict:
    """Lists are tuples in a document."""
    return {name: tuple(one) if isinstance(one, list) else one for name, one in written.items()}


CASES = {
    "signature": Case(
        {"signature": "model.sig", "keys": [{"key": KEY}]}, facts(signed(KEY)), facts(signed())
    ),
    "run": Case({}, facts(), facts(version(ran=run("FAILED")))),
    "artifact": Case({"files": ["MLmodel"]}, facts(), facts(version(files=()))),
    "size": Case({"max_mb": 2}, facts(), facts(version(size=2_000_001))),
    "metric": Case({"metric": "ndcg", "at_least": 0.75}, facts(), facts(version(ran=run(ndcg="0.7")))),
    "champion": Case(
        {"metric": "ndcg"},
        facts(),
        Facts(Evidence(candidate=version(), live="1", champion=version("1", run(ndcg="0.9"))), (), MONDAY),
    ),
    "model-card": Case({"sections": ["Data"]}, facts(), facts(version(sections=()))),
    "freeze": Case({}, facts(), replace(facts(), freezes=(FREEZE,)), reads=False),
    "incidents": Case({"severities": ["sev1"]}, facts(incidents=()), facts(incidents=("sev1 7",))),
    "stage": Case(
        {"earlier": "staging", "soak": "1d"}, facts(stages=(STAGE,)), facts(stages=(STAGE_OF_ANOTHER,))
    ),
    "commit-checks": Case({"names": ["tests"]}, checked("success"), checked("failure")),
    "lineage": Case(
        {"contexts": ["training"]}, recorded(data_sets=(CLICKS,), tags=(COMMIT,)), recorded(tags=(COMMIT,))
    ),
    "licence": Case(
        {"allowed": ["Apache-2.0"], "tag": "licence"},
        recorded(tags=(Tag(key="licence", value="apache-2.0"),)),
        recorded(tags=(Tag(key="licence", value="GPL-3.0-only"),)),
    ),
    "slices": Case({"slices": "auc/*", "at_least": 0.7}, sliced("0.8", "0.7"), sliced("0.8", "0.69")),
    "report": Case(REPORT, reported("0.01"), reported("0.2")),
    "checks": Case({"junit": ["junit.xml"]}, ran_tests(failed="0"), ran_tests(failed="1")),
    "cost": Case(
        {"tag": "cost", "at_most": 0.5, "unit": "EUR"},
        recorded(tags=(Tag(key="cost", value="0.5 EUR"),)),
        recorded(tags=(Tag(key="cost", value="0.51 EUR"),)),
    ),
    "document": Case(
        {"template": "monitoring-plan", "max_age": "30d"}, facts(documents=(PLAN,)), facts(documents=())
    ),
}


def test_every_kind_of_the_policy_is_registered_and_has_a_case():
    assert set(FIELDS) == set(GATE_KINDS) == set(CASES)


@pytest.mark.parametrize("kind", GATE_KINDS)
class TestEveryKind:
    def test_passes_and_fails_in_a_sentence(self, kind):
        case, terms = CASES[kind], gate(kind, CASES[kind].written)
        passed, failed = (GATE_KINDS[kind].evaluate(terms, one) for one in (case.passes, case.fails))
        assert (passed.verdict, failed.verdict) == ("passed", "failed")
        for result in (passed, failed):
            assert result.gate == "g"
            assert len(result.sentence) > 5

    def test_says_that_it_can_t_tell_where_nothing_could_be_read(self, kind):
        result = GATE_KINDS[kind].evaluate(gate(kind, CASES[kind].written), NOTHING)
        assert result.verdict == ("unknown" if CASES[kind].reads else "passed")
        assert result.sentence

    def test_hashes_what_it_read_so_that_an_approval_holds_for_that_alone(self, kind):
        case, terms = CASES[kind], gate(kind, CASES[kind].written)
        once, again, other = (
            GATE_KINDS[kind].evaluate(terms, one).evidence for one in (case.passes, case.passes, case.fails)
        )
        assert once == again
        assert (once != other) == case.reads

    def test_takes_only_its_own_fields(self, kind):
        own = set(FIELDS[kind].all)
        foreign = {"files": ("x",), "metric": "m", "max_mb": 1, "sections": ("S",), "severities": ("sev1",)}
        for name, value in foreign.items():
            if name not in own:
                with pytest.raises(ValueError, match=name):
                    GateBlock.model_validate(
                        {"name": "g", "kind": kind, **_as_loaded(CASES[kind].written), name: value}
                    )

    def test_needs_its_fields(self, kind):
        for name in FIELDS[kind].needed:
            left = {key: one for key, one in _as_loaded(CASES[kind].written).items() if key != name}
            with pytest.raises(ValueError, match=name):
                GateBlock.model_validate({"name": "g", "kind": kind, **left})


def test_a_version_of_a_byte_too_many_is_shown_as_larger_than_allowed():
    result = GATE_KINDS["size"].evaluate(gate("size", {"max_mb": 2}), CASES["size"].fails)
    assert (result.verdict, result.value) == ("failed", "2.1 MB")


def test_a_freeze_that_comes_again_says_until_when_this_time_and_where_one_reads_more():
    weekly = FREEZE.model_copy(
        update={"repeats": "FREQ=WEEKLY", "because": "It is busy.", "link": "https://wiki.example/freezes"}
    )
    later = replace(facts(), freezes=(weekly,), now=MONDAY + timedelta(days=14, hours=1))
    failed = GATE_KINDS["freeze"].evaluate(gate("freeze", {}), later)
    ends = MONDAY + timedelta(days=15)
    assert failed.sentence == (
        f"Freeze “f” until {ends:%Y-%m-%d %H:%M} UTC: It is busy. https://wiki.example/freezes"
    )
    between = replace(later, now=MONDAY + timedelta(days=16))
    assert GATE_KINDS["freeze"].evaluate(gate("freeze", {}), between).verdict == "passed"


@pytest.mark.parametrize(
    ("stages", "says"),
    [
        ((), "Nothing went live in staging through Daypass."),
        ((STAGE_OF_ANOTHER,), "its artifact is another one"),
        ((STAGE.model_copy(update={"digest": ""}),), "unknown instead of MLmodel"),
        ((STAGE.model_copy(update={"trouble": "Version 7 was rolled back in staging."}),), "rolled back"),
        ((STAGE.model_copy(update={"since": MONDAY - timedelta(hours=23)}),), "until 2026-03-02 10:30 UTC"),
        ((STAGE.model_copy(update={"service": "other"}),), "Nothing went live in staging"),
    ],
)
def test_an_earlier_stage_says_what_it_lacks(stages, says):
    found = GATE_KINDS["stage"].evaluate(
        gate("stage", {"earlier": "staging", "soak": "1d"}), facts(stages=stages)
    )
    assert (found.verdict, says in found.sentence) == ("failed", True), found.sentence


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"expires_at": MONDAY}, "Monitoring plan expired at 2026-03-02 09:30 UTC."),
        ({"approved_at": MONDAY - timedelta(days=30)}, "more than 30 days ago"),
        ({"thresholds": 0}, "has no threshold"),
        ({"template": "model-card"}, "No monitoring-plan is approved."),
    ],
)
def test_a_document_says_why_it_does_not_count(changes, says):
    terms = gate("document", CASES["document"].written)
    found = GATE_KINDS["document"].evaluate(terms, facts(documents=(PLAN.model_copy(update=changes),)))
    assert (found.verdict, says in found.sentence) == ("failed", True), found.sentence
