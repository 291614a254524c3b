"""Every event that can happen has a sentence, so that no story has a gap; and nothing else has one."""

from datetime import UTC, datetime

import pytest

from tests.builders import BY_KIND
from workflows.access.narrative import SENTENCES as ACCESS
from workflows.incidents.narrative import SENTENCES as INCIDENTS
from workflows.ledger.repository import Repository
from workflows.narrative import LoggedEvent, tell
from workflows.ports import Directory
from workflows.queries.queries import Queries
from workflows.releases.narrative import SENTENCES as RELEASES
from workflows.system import (
    absences,
    alarms,
    control_tests,
    erasures,
    event_sinks,
    monthly_figures,
    passkeys,
    policy_in_force,
    reminders,
    sessions,
)
from workflows.system.access_reviews import narrative as access_reviews
from workflows.system.access_reviews import removals_log
from workflows.system.access_reviews.removals import KIND as REMOVALS
from workflows.system.access_reviews.state import KIND as REVIEW
from workflows.system.departures.narrative import SENTENCES as DEPARTURES
from workflows.system.departures.state import KIND as DEPARTURE
from workflows.system.documents.narrative import SENTENCES as DOCUMENTS
from workflows.system.rejected_requests import KIND as HTTP
from workflows.system.stops.narrative import SENTENCES as STOPS
from workflows.system.stops.state import KIND as STOP

TOLD = {
    "acc": ACCESS,
    "rel": RELEASES,
    "inc": INCIDENTS,
    "doc": DOCUMENTS,
    STOP: STOPS,
    absences.KIND: absences.SENTENCES,
    DEPARTURE: DEPARTURES,
    REVIEW: access_reviews.SENTENCES,
    REMOVALS: removals_log.SENTENCES,
    reminders.KIND: reminders.SENTENCES,
    sessions.KIND: sessions.SENTENCES,
    alarms.KIND: alarms.SENTENCES,
    erasures.KIND: erasures.SENTENCES,
    passkeys.KIND: passkeys.SENTENCES,
    policy_in_force.KIND: policy_in_force.SENTENCES,
    event_sinks.KIND: event_sinks.SENTENCES,
    control_tests.KIND: control_tests.SENTENCES,
    monthly_figures.KIND: monthly_figures.SENTENCES,
}


@pytest.mark.parametrize("kind", sorted(BY_KIND.keys() - {HTTP}))
def test_each_event_has_one(kind):
    assert {one.action for one in BY_KIND[kind].events} == set(TOLD[kind])


def test_each_can_be_searched_for(store, world):
    reading = Queries(Repository(store), store, lambda: world, BY_KIND)
    assert {
        "access.requested",
        "access.refused",
        "release.proposed",
        "incident.declared",
        "session.exported",
        "http.refused",
    } <= set(reading.actions)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("ReviewAccess", "U1 was blocked from deciding their own request"),
        ("ReviewRelease", "U1 was blocked from deciding their own request"),
        ("AskQuestion", "U1 was blocked from asking a question: own request"),
        ("RequestAccess", "U1 was blocked from requesting access: own request"),
    ],
)
def test_who_is_refused_for_their_own_request_is_told_what_they_tried(command, said):
    at = datetime(2026, 3, 2, tzinfo=UTC)
    facts = {"command": command, "code": "own-request"}
    told = LoggedEvent(at=at, actor="U1", surface="slack", action="access.refused", facts=facts, texts={})
    assert tell(told, ACCESS, Directory()).sentence == said
