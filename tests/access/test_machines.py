"""A machine asks and never decides, whatever groups it is in; who answers for it doesn't decide on it either (P3)."""

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from tests.access.story import Story
from tests.people import ADA, EDSGER, EVERYBODY, GRACE, MARGARET, RADIA
from workflows.ports import Directory, Machine
from workflows.workflow import Refused, World

ROBOT, OTHER = "machine:nightly-training", "machine:other"
GROUPS = ("scientists", "data-owners", "security", "incident-command", "auditors")
people = st.frozensets(st.sampled_from(EVERYBODY))


@st.composite
def worlds(draw, world: World) -> World:
    """Machines in any groups, answered for by anybody; people in any groups; some people have two accounts."""
    groups = {name: draw(people) for name in GROUPS}
    machines = {
        id: Machine(id, id, draw(people), draw(st.frozensets(st.sampled_from(GROUPS))))
        for id in (ROBOT, OTHER)
    }
    identities = draw(st.sampled_from([{}, {GRACE: "one", EDSGER: "one"}, {ADA: "two", RADIA: "two"}]))
    directory = Directory(world.directory.people, groups, identities, machines)
    return dataclasses.replace(world, directory=directory)


@given(data=st.data())
def test_no_machine_and_nobody_behind_one_ever_counts(world: World, data):
    story = Story(data.draw(worlds(world)))
    asker = data.draw(st.sampled_from([ROBOT, ADA, GRACE]))
    entitlement = data.draw(st.sampled_from(["warehouse", "warehouse-write"]))
    asked = story.asks(asker, entitlement, ticket="DATA-42")
    if isinstance(asked, Refused):
        return
    directory = story.world.directory
    for who in data.draw(st.permutations([ROBOT, OTHER, *EVERYBODY])):
        decision = story.approves(who) if data.draw(st.booleans()) else story.denies(who)
        if who in directory.machines:
            assert isinstance(decision, Refused)
        if isinstance(decision, Refused) and who in directory.machines and story.status == "pending":
            assert decision.code == "machine"
    theirs = directory.accounts_of(asker)
    assert not {review.reviewer for review in story.now.reviews} & {ROBOT, OTHER, *theirs}


@given(data=st.data())
def test_whom_nobody_answers_for_cannot_ask(world: World, data):
    groups = data.draw(st.frozensets(st.sampled_from(GROUPS)))
    machines = {ROBOT: Machine(ROBOT, ROBOT, frozenset(), groups)}
    directory = dataclasses.replace(world.directory, machines=machines)
    refused = Story(dataclasses.replace(world, directory=directory)).asks(ROBOT)
    assert isinstance(refused, Refused)
    assert refused.code == "no-owner"


def adas_robot_asks(world: World) -> Story:
    machines = {ROBOT: Machine(ROBOT, ROBOT, frozenset({ADA}), frozenset({"scientists"}))}
    directory = dataclasses.replace(world.directory, machines=machines)
    story = Story(dataclasses.replace(world, directory=directory))
    story.asks(ROBOT)
    return story


def test_its_owners_may_give_back_what_it_holds(world: World):
    story = adas_robot_asks(world)
    story.approves(GRACE)
    assert story.status == "active"
    assert isinstance(story.gives_back(MARGARET), Refused)
    story.gives_back(ADA)
    assert story.status == "ended"


def test_its_owners_may_withdraw_what_it_asked_for(world: World):
    story = adas_robot_asks(world)
    assert isinstance(story.withdraws(MARGARET), Refused)
    story.withdraws(ADA)
    assert story.status == "withdrawn"
