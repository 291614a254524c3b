"""Past requests decided again by a draft: exactly as the ordinary evaluation decides them, or not at all."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from ulid import ULID

from bot.cli.replay_formats import as_json, as_markdown, as_text
from tests.access.changes import RULES, SECOND_LOOK, STAGE
from tests.builders import MONDAY, WORKFLOWS, Clock, changed_bundle
from tests.people import ADA, BARBARA, EDSGER, EVERYBODY, GRACE, MARGARET, RADIA
from workflows.access.commands import PlaybookOrigin, RequestAccess, ReviewAccess
from workflows.access.on_behalf.commands import AcceptProposal
from workflows.access.signals.reading import HistoryReader
from workflows.access.state import KIND, Access
from workflows.approval.review_withdrawal import WithdrawReview
from workflows.database.store import Store
from workflows.ledger.ledger import Ledger
from workflows.policy.bundle import Bundle
from workflows.policy.evaluation.assess import Ask, assess
from workflows.policy.evaluation.quorum import verdict
from workflows.policy.replay.differences import Replay
from workflows.policy.replay.recorded import RecordedRequest, Unrecorded
from workflows.policy.replay.redecide import Redecided, Redecider
from workflows.queries.recorded_requests import recorded_requests
from workflows.workflow import Actor, TimePassed, World

WHY = "to see why the churn model drifts since Monday, as agreed with the owners"
DRAFTS: dict[str, tuple[str, str, str]] = {
    "the same": (RULES, "title: Feature warehouse", "title: The feature warehouse"),
    "two owners": (RULES, "          quorum: 1\n          # After", "          quorum: 2\n          # After"),
    "security as well": (RULES, STAGE, f"{STAGE}        - name: security\n          approvers: [security]\n"),
    "other approvers": (RULES, "          approvers: [data-owners]", "          approvers: [security]"),
    "escalated sooner": (RULES, "            after: 30m", "            after: 5m"),
    "half an hour at most": (RULES, "      shortest: 10s", "      longest: 30m\n      shortest: 10s"),
    "more in the sample": (
        RULES,
        "      longest: 30m\n      default: 15m",
        "      longest: 4h\n      default: 15m",
    ),
    "data owners alone": (
        "environments.yaml",
        "eligible: [scientists, data-owners]",
        "eligible: [data-owners]",
    ),
    "a long reason": ("environments.yaml", "min_length: 10", "min_length: 40"),
    "other tickets": (RULES, '"[A-Z]{2,8}-[0-9]{1,6}"', '"DATA-[0-9]{1,6}"'),
    "not in the morning": (
        RULES,
        "      shortest: 10s",
        "      when:\n        - name: afternoons\n          allow: hour >= 11\n          because: Not now.\n      shortest: 10s",
    ),
    "words count": (
        RULES,
        "      shortest: 10s",
        "      when:\n        - {name: no-churn, deny: \"justification.contains('churn')\", because: Done.}\n      shortest: 10s",
    ),
    "gone": (RULES, "\n  warehouse:\n", "\n  old-warehouse:\n"),
    "a second look at bursts": (RULES, STAGE, SECOND_LOOK),
    "sample with approval": (
        RULES,
        "      # Approved automatically, and logged like everything else.\n      decision: automatic",
        "      stages:\n        - name: data-owners\n          approvers: [data-owners]",
    ),
}
"""Changes to the example bundle, each a draft."""


@dataclass
class Asked:
    """What was asked and how it went on, for the slow way."""

    ask: Ask
    at: object
    events: list[tuple[str, str, object]]


class Office:
    """People at work with the example bundle; what is needed to evaluate it again the slow way is kept."""

    def __init__(self, store: Store, world: World) -> None:
        self.clock, self.world = Clock(), world
        reader = HistoryReader(store, self.clock)
        self.ledger = Ledger(store, WORKFLOWS, lambda: self.world, self.clock, inform=reader.inform)
        self.asked: dict[tuple[str, object], Asked] = {}

    async def ask(self, who: str, what: str, seconds: int, why: str = WHY, ticket: str = "") -> Access | None:
        subject = f"{KIND}_{ULID.from_datetime(self.clock())}"
        command = RequestAccess(subject, what, seconds, why, ticket or None)
        state = (await self.ledger.handle(command, Actor(who), "test")).state
        names = state.signals.names if state else ()
        self.asked[subject, self.clock()] = Asked(
            Ask(who, what, seconds, why, ticket, names), self.clock(), []
        )
        return state if isinstance(state, Access) else None

    async def review(self, state: Access, who: str, choice: str) -> None:
        again = await self.ledger.handle(TimePassed(state.id), Actor("daypass:clockwork"), "test")
        now = again.state
        command = (
            WithdrawReview(state.id)
            if choice == "taken back"
            else ReviewAccess(state.id, choice, now.digest, now.terms.digest, "because", confirmed=True)
        )
        outcome = await self.ledger.handle(command, Actor(who), "test")
        if outcome.events and outcome.refusal is None:
            self.asked[state.id, state.asked_at].events.append((who, choice, self.clock()))


ASKS = (
    ("warehouse", 3_600, ""),
    ("warehouse", 1_200, ""),
    ("warehouse-write", 1_800, "DATA-42"),
    ("warehouse-write", 1_800, "OPS-7"),
    ("warehouse-write", 1_800, ""),
    ("warehouse-pii", 1_200, ""),
    ("warehouse-pii", 3_600, "PRIV-9"),
    ("warehouse-sample", 600, ""),
    ("warehouse-sample", 7_200, ""),
    ("warehouse", 90_000, ""),
    ("warehous", 600, ""),
)


async def live(office: Office, random: Random, requests: int) -> None:
    """So many requests, by anybody for anything, reviewed by anybody at any pace."""
    for _ in range(requests):
        what, seconds, ticket = random.choice(ASKS)
        why = random.choice((WHY, WHY, "nightly job failed", "short"))
        state = await office.ask(random.choice(EVERYBODY), what, seconds, why, ticket)
        for _ in range(random.randrange(4) if state and state.status == "pending" else 0):
            office.clock.forward(minutes=random.choice((1, 9, 40)))
            who = random.choice((GRACE, EDSGER, RADIA, MARGARET))
            await office.review(state, who, random.choice(("approve", "approve", "deny", "taken back")))
        office.clock.forward(minutes=random.choice((2, 30, 500)))


def slowly(draft: Bundle, world: World, asked: Asked) -> Redecided:
    """The second implementation: the ordinary evaluation, with the people there were."""
    seen = assess(draft, world.directory, asked.ask, asked.at)
    if seen.problems or seen.terms is None:
        return Redecided(refused=tuple(sorted(one.code for one in seen.problems)))
    terms, settled = seen.terms, "approved" if seen.terms.automatic else "open"
    votes: dict[str, tuple[str, str, str]] = {}
    for who, choice, at in asked.events if settled == "open" else ():
        votes.pop(who, None)
        if choice != "taken back":
            votes[who] = (who, choice, "")
        waited = (at - asked.at).total_seconds()
        late = [one.name for one in terms.stages if one.escalate_after and waited >= one.escalate_after]
        progress = verdict(terms.stages, world.directory, {asked.ask.requester}, list(votes.values()), late)
        if progress.denied_by or progress.satisfied:
            settled = "denied" if progress.denied_by else "approved"
            break
    return Redecided((), terms.automatic, terms.stages, settled)


async def recorded(store: Store) -> list[RecordedRequest]:
    return [
        one async for batch in recorded_requests(store, MONDAY - timedelta(days=1)) for one in batch.requests
    ]


@pytest.fixture
async def office(store: Store, world: World) -> AsyncIterator[Office]:
    office = Office(store, world)
    yield office
    await office.ledger.drain()


async def test_every_draft_is_decided_as_the_ordinary_evaluation_decides_it(
    office: Office, store: Store, world: World, tmp_path: Path
) -> None:
    """Whatever is told is told exactly; what isn't told depends on what isn't on record."""
    await live(office, Random(7), 150)
    requests = await recorded(store)
    assert len(requests) == 150
    told = dict.fromkeys(DRAFTS, 0)
    for name, change in DRAFTS.items():
        draft = changed_bundle(tmp_path / name.replace(" ", "-"), change)
        redecider = Redecider(draft, world.bundle)
        for request in requests:
            found = redecider.redecide(request)
            if isinstance(found, Unrecorded):
                continue
            exact = slowly(draft, world, office.asked[request.id, request.at])
            told[name] += 1
            if found.refused:
                assert set(found.refused) <= set(exact.refused), (name, request)
            else:
                assert found == exact, (name, request)
    assert min(told.values()) > 100, told


async def test_the_bundle_in_force_decides_everything_as_it_was_decided(
    office: Office, store: Store, world: World
) -> None:
    await live(office, Random(8), 120)
    replay = Replay()
    replay.add(Redecider(world.bundle, world.bundle), await recorded(store))
    assert replay.differences == []
    assert replay.requests == 120
    assert replay.unknown < 40


async def decide_again(store: Store, world: World, draft: Bundle) -> Replay:
    replay = Replay()
    async for batch in recorded_requests(store, MONDAY - timedelta(days=1)):
        replay.add(Redecider(draft, world.bundle), batch.requests)
        replay.private += batch.private
    return replay


async def test_each_difference_is_named_by_what_it_is(
    office: Office, store: Store, world: World, tmp_path: Path
) -> None:
    state = await office.ask(ADA, "warehouse", 3_600)
    await office.review(state, GRACE, "approve")
    office.clock.forward(hours=1)
    await office.ask(ADA, "warehouse-sample", 600)
    office.clock.forward(hours=1)
    await office.ask(ADA, "warehouse-sample", 7_200)
    kinds = {
        "the same": {},
        "two owners": {"not-approved": 1},
        "half an hour at most": {"refused": 1},
        "more in the sample": {"allowed": 1},
        "sample with approval": {"needs-approval": 1},
        "data owners alone": {"refused": 2},
    }
    for name, expected in kinds.items():
        draft = changed_bundle(tmp_path / name.replace(" ", "-"), DRAFTS[name])
        assert dict((await decide_again(store, world, draft)).kinds) == expected, name


async def test_what_is_not_on_record_is_counted_with_its_reason_and_never_guessed(
    office: Office, store: Store, world: World, tmp_path: Path
) -> None:
    await office.ask(ADA, "warehouse", 3_600)
    office.clock.forward(hours=1)
    await office.ask(BARBARA, "warehouse", 3_600)
    wider = ("groups.yaml", "groups:\n", "groups:\n  interns:\n    members: [barbara@northwind.example]\n")
    draft = changed_bundle(
        tmp_path / "interns",
        wider,
        ("environments.yaml", "eligible: [scientists, data-owners]", "eligible: [scientists, interns]"),
    )
    replay = await decide_again(store, world, draft)
    assert dict(replay.unrecorded) == {"The requester may be in a new or changed group.": 1}
    assert (replay.same, replay.differing) == (1, 0)
    erased = [replace(one, texts=replace(one.texts, justification=None)) for one in await recorded(store)]
    draft = changed_bundle(tmp_path / "words", DRAFTS["words count"])
    assert isinstance(Redecider(draft, world.bundle).redecide(erased[0]), Unrecorded)


async def test_a_private_incidents_requests_are_counted_and_not_named(
    office: Office, store: Store, world: World, tmp_path: Path
) -> None:
    origin = PlaybookOrigin(
        "inc_1", "sev1", "responder", ADA, MARGARET, ("commander",), world.bundle.digest, False, True
    )
    command = RequestAccess(
        f"{KIND}_{ULID.from_datetime(office.clock())}", "warehouse", 3_600, WHY, ground=origin
    )
    assert (await office.ledger.handle(command, Actor("daypass:outbox"), "test")).state.status == "active"
    replay = await decide_again(store, world, changed_bundle(tmp_path / "gone", DRAFTS["gone"]))
    assert (replay.requests, replay.private, replay.differences) == (0, 1, [])


async def test_what_was_requested_for_somebody_is_decided_as_they_accepted_it(
    office: Office, store: Store, world: World, tmp_path: Path
) -> None:
    """By the rules, people and signals of that moment. What nobody accepted, or could have, isn't a request."""

    async def proposes(seconds: int) -> Access | None:
        subject = f"{KIND}_{ULID.from_datetime(office.clock())}"
        command = RequestAccess(subject, "warehouse", seconds, WHY, on_behalf_of=ADA)
        return (await office.ledger.handle(command, Actor(GRACE), "test")).state

    proposed = await proposes(3_600)
    await proposes(1_200)
    await proposes(90_000)
    for _ in range(3):
        office.clock.forward(minutes=1)
        await office.ask(ADA, "warehouse-sample", 600)
    office.clock.forward(hours=2)
    command = AcceptProposal(proposed.id, proposed.digest)
    accepted = (await office.ledger.handle(command, Actor(ADA), "test")).state
    shown = (accepted.digest, accepted.terms.digest)
    approval = ReviewAccess(accepted.id, "approve", *shown, confirmed=True)
    await office.ledger.handle(approval, Actor(EDSGER), "test")
    one, *others = await recorded(store)
    assert [each.entitlement for each in others] == ["warehouse-sample"] * 3
    assert (one.id, one.requester, one.excluded) == (proposed.id, ADA, {ADA, GRACE})
    assert (one.at, one.asked_at) == (office.clock(), office.clock())
    assert one.signals == accepted.signals.names != ()
    assert one.settled == "approved"
    draft = changed_bundle(tmp_path / "afternoons", DRAFTS["not in the morning"])
    assert dict((await decide_again(store, world, draft)).kinds) == {}


async def test_running_a_step_counts_as_the_draft_lets_it(
    office: Office, store: Store, world: World, tmp_path: Path
) -> None:
    origin = PlaybookOrigin(
        "inc_1", "sev2", "responder", ADA, MARGARET, ("commander",), world.bundle.digest, False, False
    )
    command = RequestAccess(
        f"{KIND}_{ULID.from_datetime(office.clock())}", "warehouse", 3_600, WHY, ground=origin
    )
    assert (await office.ledger.handle(command, Actor("daypass:outbox"), "test")).state.status == "active"
    draft = changed_bundle(tmp_path / "sev1", (RULES, "severities: [sev1, sev2]", "severities: [sev1]"))
    assert dict((await decide_again(store, world, world.bundle)).kinds) == {}
    assert dict((await decide_again(store, world, draft)).kinds) == {"not-approved": 1}


async def test_the_three_forms_say_the_same(
    office: Office, store: Store, world: World, tmp_path: Path
) -> None:
    state = await office.ask(ADA, "warehouse", 3_600, f"`|<!channel>` {WHY}")
    await office.review(state, GRACE, "approve")
    replay = await decide_again(store, world, changed_bundle(tmp_path / "two", DRAFTS["two owners"]))
    text, comment = as_text(replay, "draft", "90 days"), as_markdown(replay, "draft", "90 days")
    document = json.loads(as_json(replay, "draft", "90 days"))
    assert "1 request in 90 days: 1 decided otherwise by draft, 0 the same, 0 can't be replayed." in text
    for printed in (text, comment, str(document)):
        assert state.id in printed
        assert "churn" not in printed
    assert f"| `{state.id}` |" in comment
    assert "approved, needed 1 in data-owners" in comment
    assert document["kinds"] == {"not-approved": 1}
