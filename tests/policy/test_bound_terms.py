"""What decisions are bound to: everything that was requested, in a form that stays verifiable when terms get new fields."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from workflows.access.limits import Condition
from workflows.access.request_digest import request_digest
from workflows.access.runs import UntilRun
from workflows.access.state import Extended
from workflows.policy.schema.gates import GateTerms
from workflows.policy.terms.access import StageTerms, Terms, VaultTerms
from workflows.policy.terms.break_glass import BreakGlassIncident, BreakGlassTerms
from workflows.policy.terms.inputs import InputTerms
from workflows.policy.terms.releases import (
    AuthorTerms,
    CheckTerms,
    FreezeTerms,
    ReleaseTerms,
    TargetTerms,
)
from workflows.policy.terms.tickets import TicketTerms
from workflows.releases.state import release_digest

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
PLAIN = Terms(
    entitlement="warehouse",
    title="Read the warehouse",
    resource="warehouse",
    resource_title="Warehouse",
    environment="production",
    risk="low",
    vault=VaultTerms(secrets_engine="database", path="database/creds/read", policy="read", parameters={}),
    connect="psql",
    longest=28_800,
    shortest=900,
    default=3_600,
    justification_min=10,
    justification_max=500,
    ticket=TicketTerms(),
    automatic=False,
    stages=(StageTerms(name="owners", approvers=("owners",)),),
    lapse=3_600,
    warn=600,
    credentials=None,
    ahead=0,
    rule="policy.yaml",
    digest="d1",
)
FULL = PLAIN.model_copy(
    update={
        "ticket": TicketTerms(required=True, patterns=("OPS-.*",), source="jira", projects=("OPS",)),
        "break_glass": BreakGlassTerms(
            taken_by=("on-call",),
            longest=1_800,
            min_length=20,
            channel="#security",
            after_denial=600,
            most_unreviewed=1,
            reviewers=("security",),
            review_within=86_400,
            incident=BreakGlassIncident(severity="sev2"),
        ),
        "inputs": (InputTerms(name="rows", title="Rows", type="number", most=100),),
    }
)
EXTENDED = Extended(
    grant="acc_0",
    holder="U1",
    entitlement="warehouse",
    ends_at=AT,
    conditions=(Condition(of="acc_0", by="U2", digest="c1", condition="only the EU"),),
)

GATES = (GateTerms(name="auc", kind="metric", metric="auc", at_least="0.75"),)
RELEASE = ReleaseTerms(
    service="ranking",
    title="Ranking",
    environment="production",
    risk="high",
    model="ranking",
    target=TargetTerms(kind="alias", alias="champion"),
    rollback="the alias moves back",
    gates=GATES,
    checks=CheckTerms(after=600, gates=GATES),
    authors=AuthorTerms(sources=("run",)),
    freezes=(FreezeTerms(name="launch", because="it is busy", begins=AT, ends=AT),),
    stages=PLAIN.stages,
    eligible=("ml",),
    lapse=3_600,
    rule="services/ranking.yaml",
    digest="d1",
)


def plain(terms: Terms) -> str:
    return request_digest("acc_1", "U1", terms, 3_600, "to see why", None)


def full(terms: Terms) -> str:
    more = (EXTENDED, AT, UntilRun(kind="mlflow", id="r1"), {"rows": "5"})
    return request_digest("acc_1", "U1", terms, 3_600, "to see why", "OPS-1", *more)


def release(terms: ReleaseTerms) -> str:
    return release_digest("rel_1", "U1", "7", terms, "better on Mondays", {"artifact": "a1"})


class LaterStage(StageTerms):
    """A stage with a field that it has got since."""

    at_night: bool = True


class LaterTerms(Terms):
    """Terms with fields that they have got since."""

    region: str = "anywhere"
    watched_by: tuple[str, ...] = ()


def later(terms: Terms, **given: object) -> LaterTerms:
    stages = tuple(LaterStage.model_validate(dict(stage)) for stage in terms.stages)
    return LaterTerms.model_validate({**dict(terms), "stages": stages, **given})


def test_what_has_been_recorded_stays_verifiable() -> None:
    assert [plain(PLAIN), full(FULL), release(RELEASE)] == [
        "84d7ccfb7d01f2065a07540a590c722e39b77e0bf3f408982361530a1119d8b4",
        "374fdf4d482818e17288c4bb55791ac9984b555fc41ff8461f2f3db79a3a2b8d",
        "d21f432c308369c5e5ab81c5df28752a610b926c1b0d23e653d62bea923c1afd",
    ]


@pytest.mark.parametrize("digest", [plain, full])
def test_fields_that_come_later_are_bound_unless_they_are_at_their_default(
    digest: Callable[[Terms], str],
) -> None:
    assert digest(later(FULL)) == digest(FULL)
    by_day = LaterStage(name="owners", approvers=("owners",), at_night=False)
    changed = (later(FULL, region="eu"), later(FULL, watched_by=("U9",)), later(FULL, stages=(by_day,)))
    assert len({digest(one) for one in (FULL, *changed)}) == 4
