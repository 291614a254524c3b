"""Every event that can happen has a sentence, so that no story has a gap; and nothing else has one."""

import pytest

from tests.builders import BY_KIND
from workflows import alarms, sessions
from workflows.access import model as access
from workflows.access.telling import SENTENCES as ACCESS
from workflows.incidents import model as incidents
from workflows.incidents.telling import SENTENCES as INCIDENTS
from workflows.policy import adoption
from workflows.reading import Reading
from workflows.reads import Reads
from workflows.releases import model as releases
from workflows.releases.telling import SENTENCES as RELEASES
from workflows.workflow import Event

TOLD = (
    (access, ACCESS),
    (releases, RELEASES),
    (incidents, INCIDENTS),
    (sessions, sessions.SENTENCES),
    (alarms, alarms.SENTENCES),
    (adoption, adoption.SENTENCES),
)


@pytest.mark.parametrize(("module", "sentences"), TOLD, ids=lambda one: getattr(one, "__name__", ""))
def test_each_event_has_one(module, sentences):
    events = [
        one
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, Event) and one.__module__ == module.__name__
    ]
    assert {one.action for one in events if hasattr(one, "action")} == set(sentences)


def test_each_can_be_searched_for(store, world):
    reading = Reading(Reads(store), store, lambda: world, BY_KIND)
    assert {
        "acc.requested",
        "acc.refused",
        "rel.proposed",
        "inc.declared",
        "ses.exported",
        "door.refused",
    } <= set(reading.actions)
