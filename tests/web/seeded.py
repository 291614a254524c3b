"""An office in which one of each has happened: access, a release, an incident, a private incident, a machine's ask."""

from dataclasses import dataclass

from bot.demo.actor import seen
from bot.demo.cast import ADA, GRACE
from tests.flow.deeds import granted
from tests.flow.office import GENERAL, Office
from tests.releases.attester import KeyAttester
from tests.releases.story import Registry
from tests.web.reader import Anybody
from workflows.incidents.state import EVERY, KIND, Incident
from workflows.releases.attestation.statement import attest
from workflows.releases.commands import ProposeRelease, ReportAttested, ReportEvidence, ReviewRelease
from workflows.system.documents.commands import WriteDocument
from workflows.system.documents.state import document_id
from workflows.workflow import OUTBOX
from workflows.workflow import Actor as By

SECRET = "the payroll table leaked"
"""What a private incident is about; nobody but its members may read it anywhere."""
RELEASE = "rel_01M85P4WJC97ST17PTW4BJTYRW"


@dataclass(frozen=True)
class Seeded:
    """The subjects, by what they are; `placed` is an event of each in the log."""

    access: str
    release: str
    incident: str
    private: str
    machines: str
    document: str

    def __getitem__(self, name: str) -> str:
        return str(getattr(self, name))


async def _attested(office: Office) -> None:
    """The release is approved and its verdict signed, whatever MLflow is there."""
    digest, evidence = office.daypass.known.bundle.digest, Registry(live=None).read()
    handle, state = office.daypass.ledger.handle, None
    for step in ("gates", "review", "ready", "attested"):
        match step:
            case "review":
                command, by = ReviewRelease(RELEASE, "approve", state.digest, digest), By(GRACE)
            case "attested":
                envelope = await attest(state, KeyAttester())
                command, by = ReportAttested(RELEASE, envelope.text), OUTBOX
            case _:
                command, by = ReportEvidence(RELEASE, evidence, digest, ready=step == "ready"), OUTBOX
        outcome = await handle(command, by, "test")
        assert outcome.refusal is None, outcome.refusal
        state = outcome.state
    assert state.attestation


async def _drafted(office: Office) -> str:
    """A document that isn't complete."""
    subject = document_id("monitoring-plan", "ranking-model")
    command = WriteDocument(subject, "monitoring-plan", "ranking-model", values={"owner": "ranking on call"})
    outcome = await office.daypass.ledger.handle(command, By(GRACE), "test")
    assert outcome.refusal is None, outcome.refusal
    return subject


async def seed(office: Office, machine: Anybody) -> Seeded:
    """All of it, placed in the log and signed."""
    access = await granted(office)
    outcome = await office.daypass.ledger.handle(
        ProposeRelease(RELEASE, "ranking-model", "7", "it knows more"), By(ADA), "slack"
    )
    assert outcome.refusal is None
    await _attested(office)
    await office.ada.command("/incident sev3 the nightly job is late", GENERAL)
    await office.margaret.command(f"/incident private sev3 {SECRET}", GENERAL)
    asked = await machine.post(
        "/api/v1/requests",
        json={"entitlement": "warehouse", "duration": "30m", "justification": "nightly training needs it"},
    )
    assert asked.status_code == 201, asked.text

    async def declared() -> dict[bool, str]:
        found = await office.daypass.reads.in_status(Incident, KIND, EVERY)
        return {one.private: one.id for one in found} if sum(bool(one.channel) for one in found) == 2 else {}

    incidents = await seen("two incidents", declared)
    document = await _drafted(office)
    await office.daypass.jobs.keep_log()
    return Seeded(access.id, RELEASE, incidents[False], incidents[True], asked.json()["id"], document)


async def first_of(office: Office, subject: str) -> int:
    """The place in the log of a subject's first event."""
    told = await office.daypass.reads.story(subject)
    assert told[0].index is not None
    return told[0].index
