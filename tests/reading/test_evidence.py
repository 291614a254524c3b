"""An evidence pack: what its checks count as exceptions, that anybody draws its samples again, and that it verifies."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from bot.evidence.pack import Pack, PackMaker
from tests.builders import BY_KIND, MONDAY, WORKFLOWS, Clock, Database, changed_bundle, world_of
from tests.passkeys import SoftwareKey
from tests.people import ADA, EDSGER, GRACE, MARGARET, RADIA
from tests.reading.test_figures import decided, made, requested
from tests.spine.test_sequence import ORIGIN, Key
from workflows.access.break_glass.commands import TakeAccess
from workflows.access.commands import PlaybookOrigin, RequestAccess, ReviewAccess
from workflows.access.review_jobs import open_review
from workflows.approval.questions import AskQuestion
from workflows.audit.export.manifest import MANIFEST, Manifest, manifest_of, read_manifest, sign_manifest
from workflows.audit.log import Log
from workflows.audit.sequencer import checkpoint, sequence
from workflows.audit.tlog.checkpoint import checkpoints_in, open_checkpoint, read_body
from workflows.audit.tlog.note import NoteError, read_note
from workflows.audit.verify.pack import verify_pack
from workflows.database.store import opened
from workflows.incidents.actions.action import PLAYBOOK
from workflows.incidents.commands import DeclareIncident
from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Repository
from workflows.narrative import LoggedEvent
from workflows.ports import Retryable
from workflows.queries.evidence.checks import CHECKS
from workflows.queries.evidence.controls import MappingError, packaged_controls, read_controls
from workflows.queries.evidence.gather import Gatherer
from workflows.queries.evidence.history import History
from workflows.queries.evidence.period import Period, PeriodError, last_quarter, read_period
from workflows.queries.search_index import index_log
from workflows.system.access_reviews.commands import AnswerItems
from workflows.system.access_reviews.state import AccessReview
from workflows.system.passkeys.commands import ConfirmPasskey, UsePasskey
from workflows.system.passkeys.signed_review import challenge_of_review
from workflows.workflow import CLOCKWORK, OPERATOR, Actor, State, TimePassed, World

QUARTER = Period(MONDAY.date().replace(month=1, day=1), MONDAY.date().replace(day=31))
SECRET = "the payroll table leaked"
Make = Callable[..., Awaitable[Pack]]


REVIEWS = """
reviews:
  warehouse:
    title: Who can use the warehouse
    entitlements: [warehouse]
    every: quarter
    within: 14d
"""


def validated(written):
    """As compliance-trestle reads it. It is loaded where it is used: every process collects this file."""
    from trestle.oscal.assessment_results import Model

    return Model.model_validate_json(written)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return world_of(
        changed_bundle(tmp_path_factory.mktemp("evidence") / "bundle", files={"reviews.yaml": REVIEWS})
    )


@pytest.fixture
def key() -> Key:
    return Key()


@pytest.fixture
async def sign(store, clock, key) -> Callable[[], Awaitable[None]]:
    async def signed() -> None:
        while await sequence(store):
            pass
        while await index_log(store, BY_KIND):
            pass
        await checkpoint(store, key, ORIGIN, clock())

    return signed


@pytest.fixture
def make(store, world, clock, key) -> Make:
    async def made(
        period: Period = QUARTER, count: int = 25, most: int = 1_000, patience: float = 0.0
    ) -> Pack:
        gatherer = Gatherer(store, lambda: world, BY_KIND, clock, most, patience)
        return await PackMaker(gatherer, Log(store), key, clock).make(period, count, "Northwind", "UBARBARA")

    return made


@pytest.fixture
async def sqlite_ledger(sqlite_database: Database, world: World, clock: Clock) -> AsyncIterator[Ledger]:
    async with opened(sqlite_database.url) as store:
        ledger = Ledger(store, WORKFLOWS, lambda: world, clock)
        yield ledger
        await ledger.drain()


def contents(pack: Pack) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(pack.data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    file = path / "pack.zip"
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file


FILE = "resources/feature-warehouse.yaml"
RULE = "    rule:\n      longest: 1h\n      default: 30m\n"
SECURITY = (
    "        - name: security\n          approvers: [security]\n          quorum: 1\n\n  warehouse-sample"
)
SIGNED = (
    (FILE, RULE, RULE.replace("rule:", "rule:\n      assurance: passkey")),
    (FILE, SECURITY, "\n  warehouse-sample"),
)
"""Personal data: approved by one data owner, who signs."""


async def a_quarter(ledger, clock, sign, digest: str) -> tuple[str, str]:
    """One request that ended late after an attempt to approve it oneself, a break-glass, a private incident with access that
    never ended; then April. The first request and the private one."""
    state = await requested(ledger, clock)
    own = ReviewAccess(state.id, "approve", state.digest, state.terms.digest, "")
    assert (await ledger.handle(own, Actor(ADA), "slack")).refusal.code == "own-request"
    question = AskQuestion(state.id, "why so long?")
    assert (await ledger.handle(question, Actor(ADA), "slack")).refusal
    await decided(ledger, state, "approve")
    clock.at += timedelta(hours=1, minutes=5)
    await ledger.handle(TimePassed(state.id), CLOCKWORK, "clock")
    await sign()
    clock.at += timedelta(minutes=1)
    take = TakeAccess(made(clock), "warehouse", 1_200, "customers see wrong prices in the shop since nine")
    assert (await ledger.handle(take, Actor(GRACE), "slack")).refusal is None
    secret = DeclareIncident(made(clock, "inc"), SECRET, "sev3", private=True)
    assert (await ledger.handle(secret, Actor(MARGARET), "slack")).refusal is None
    origin = PlaybookOrigin(
        secret.subject, "sev1", "responder", ADA, MARGARET, ("commander",), digest, drill=False, private=True
    )
    hidden = RequestAccess(made(clock), "warehouse", 600, f"Incident: {SECRET}", ground=origin)
    given = await ledger.handle(hidden, PLAYBOOK, "playbook")
    assert given.state.status == "active", "and nobody ends it"
    await sign()
    clock.at = QUARTER.ends + timedelta(minutes=1)
    await requested(ledger, clock, EDSGER)
    await sign()
    return state.id, hidden.subject


async def reviewed_access(ledger, store, world, clock) -> AccessReview:
    """An access review of which one item is answered, and the deadline is past."""
    subject = made(clock, "review")
    opened = await open_review(ledger, Repository(store), world, subject, "warehouse", OPERATOR, "test")
    number = next(n for n, one in enumerate(opened.state.items, 1) if one.person == ADA)
    answer = AnswerItems(subject, (number,), "keep", "")
    assert (await ledger.handle(answer, Actor(GRACE), "slack")).events
    clock.at = opened.state.due_at + timedelta(hours=1)
    found: AccessReview = (await ledger.handle(TimePassed(subject), CLOCKWORK, "clock")).state
    return found


class TestAPack:
    async def test_has_every_exception_and_nothing_private(
        self, world, ledger, clock, sign, make, tmp_path, key
    ):
        late, hidden = await a_quarter(ledger, clock, sign, world.bundle.digest)
        pack = await make()
        files = contents(pack)
        noted = files["exceptions.csv"].decode("utf-8-sig")
        rows = [line for line in noted.splitlines()[1:] if line]
        of = {name: [row for row in rows if row.startswith(f'"{name}"')] for name in CHECKS}
        ended, taken = of["grants-end-on-time"]
        assert late in ended
        assert "its end was confirmed 5 minutes late" in ended
        assert "its end wasn't confirmed by 2026-04-01 00:00:00 UTC" in taken
        assert [
            "prevented" in row and "their own request" in row for row in of["nobody-decides-their-own"]
        ] == [True], "asking oneself a question isn't deciding"
        assert ["overdue since" in row for row in of["break-glass-reviewed"]] == [True]
        assert len(of["access-approved"]) == 1, "what was taken without approval"
        assert len(of["log-signed"]) >= 1, "no checkpoint from March to April"
        assert (len(rows), pack.exceptions, pack.prevented) == (
            pack.exceptions + pack.prevented,
            len(rows) - 1,
            1,
        )
        told = b"".join(files.values()).decode(errors="replace")
        assert SECRET not in told
        assert "inc_" not in told
        assert hidden not in told
        page = files["evidence.html"].decode()
        assert "<script" not in page
        assert "5 minutes late" in page
        assert "Nothing happened" not in page

    async def test_verifies_offline_until_a_byte_is_changed(
        self, world, ledger, clock, sign, make, tmp_path, key
    ):
        await a_quarter(ledger, clock, sign, world.bundle.digest)
        clock.at += timedelta(days=1)
        await requested(ledger, clock, GRACE)
        await sign()
        files = contents(await make())
        keys = [key.verifier]
        report = verify_pack(zipped(tmp_path, files), keys, BY_KIND)
        assert (report.ok, report.problems) == (True, ()), report.extract
        assert report.extract
        assert report.extract.stories.replayed >= 2
        forged = {
            **files,
            "evidence.html": files["evidence.html"].replace(b"5 minutes late", b"0 minutes late"),
        }
        assert verify_pack(zipped(tmp_path, forged), keys, BY_KIND).problems == (
            "evidence.html was changed.",
        )
        without = {name: data for name, data in files.items() if name != "exceptions.csv"}
        assert verify_pack(zipped(tmp_path, without), keys, BY_KIND).problems == (
            "exceptions.csv was removed.",
        )
        added = verify_pack(zipped(tmp_path, {**files, "more.txt": b"more"}), keys, BY_KIND).problems
        assert added == ("'more.txt' was added: the manifest doesn't list it.",)
        seed, newest = files["seed.checkpoint"], files["newest.checkpoint"]
        for changes in (
            {"growth.json": b'{"proof":[]}'},
            {"seed.checkpoint": newest, "growth.json": b'{"proof":[]}'},
            {"newest.checkpoint": seed, "growth.json": b'{"proof":[]}'},
        ):
            resigned = {one: data for one, data in {**files, **changes}.items() if one != MANIFEST}
            resigned[MANIFEST] = (await signed_again(resigned, key)).encode()
            assert not verify_pack(zipped(tmp_path, resigned), keys, BY_KIND).ok, changes
        other = Key(bytes(range(1, 33))).verifier
        assert "isn't signed by any" in verify_pack(zipped(tmp_path, files), [other], BY_KIND).problems[0]

    async def test_samples_that_were_chosen_are_found_though_they_are_signed(
        self, ledger, clock, sign, make, tmp_path, key
    ):
        for _ in range(4):
            await decided(ledger, await requested(ledger, clock), "deny")
            clock.at += timedelta(minutes=1)
        clock.at = QUARTER.ends
        await sign()
        files = contents(await make(count=2))
        written = json.loads(files["samples.json"])
        chosen = written["checks"]["nobody-decides-their-own"]
        seed = open_checkpoint(files["seed.checkpoint"], [key.verifier]).checkpoint.root
        ranks = {
            sha256(
                f"daypass/sample/v1\n{seed.hex()}\nnobody-decides-their-own\n{one}\n".encode()
            ).digest(): one
            for one in chosen["population"]
        }
        assert chosen["samples"] == [ranks[one] for one in sorted(ranks)[:2]]
        assert (len(chosen["population"]), len(chosen["samples"])) == (4, 2)
        chosen["samples"] = [one for one in chosen["population"] if one not in chosen["samples"]]
        files["samples.json"] = json.dumps(written, separators=(",", ":"), sort_keys=True).encode()
        listed = {name: data for name, data in files.items() if name != MANIFEST}
        files[MANIFEST] = (await signed_again(listed, key)).encode()
        problems = verify_pack(zipped(tmp_path, files), [key.verifier], BY_KIND).problems
        assert (
            problems[0]
            == "The samples of nobody-decides-their-own aren't those that its population and the seed give."
        )
        assert problems[1].startswith("The events of 2 samples are missing")

    async def test_of_a_period_that_is_over_draws_the_same_samples_later(
        self, world, ledger, clock, sign, make
    ):
        await a_quarter(ledger, clock, sign, world.bundle.digest)
        first = contents(await make())
        clock.at += timedelta(days=1)
        await requested(ledger, clock, GRACE)
        await sign()
        later = await make()
        assert later.over
        assert contents(later)["samples.json"] == first["samples.json"]
        assert contents(later)["seed.checkpoint"] == first["seed.checkpoint"]
        assert contents(later)["newest.checkpoint"] != first["newest.checkpoint"]

    async def test_oscal_is_valid_and_says_what_the_page_says(self, world, ledger, clock, sign, make):
        await a_quarter(ledger, clock, sign, world.bundle.digest)
        pack = await make()
        written = contents(pack)["assessment-results.json"]
        (result,) = validated(written).assessment_results.results
        assert result.findings is None, "whether a control is satisfied is for the auditor"
        kinds = [one.types[0] for one in result.observations]
        assert kinds.count("finding") == pack.exceptions
        assert len(kinds) == len(CHECKS) + pack.exceptions + pack.prevented
        ids = [one.uuid for one in result.observations]
        assert len(set(ids)) == len(ids)

    async def test_of_a_period_without_events_says_so(self, world, ledger, clock, sign, make, tmp_path, key):
        await a_quarter(ledger, clock, sign, world.bundle.digest)
        before = Period(QUARTER.first - timedelta(days=90), QUARTER.first - timedelta(days=1))
        pack = await make(before)
        assert pack.empty
        files = contents(pack)
        assert "Nothing happened in this period" in files["evidence.html"].decode()
        assert verify_pack(zipped(tmp_path, files), [key.verifier], BY_KIND).ok
        validated(files["assessment-results.json"])

    async def test_unanswered_items_of_an_access_review_are_exceptions(
        self, ledger, store, world, clock, sign, make
    ):
        review = await reviewed_access(ledger, store, world, clock)
        await sign()
        files = contents(await make())
        noted = files["exceptions.csv"].decode("utf-8-sig")
        assert noted.count("has no answer") == review.count - 1
        assert len(files["access-reviews.csv"].decode("utf-8-sig").splitlines()) == review.count + 1

    async def test_is_refused_where_it_would_be_untrue(self, ledger, store, clock, make, key):
        with pytest.raises(Retryable, match="no checkpoint yet"):
            await make()
        await requested(ledger, clock)
        await sequence(store)
        await checkpoint(store, key, ORIGIN, clock())
        with pytest.raises(Retryable, match="aren't indexed yet"):
            await make()
        waiting = asyncio.create_task(make(patience=60.0))
        await asyncio.sleep(0)
        while await index_log(store, BY_KIND):
            pass
        assert await waiting, "the index is waited for"
        await decided(ledger, await requested(ledger, clock, EDSGER), "deny")
        await sequence(store)
        await index_log(store, BY_KIND)
        clock.at += timedelta(hours=2)
        await checkpoint(store, key, ORIGIN, clock())
        with pytest.raises(PeriodError, match="more than 0 events"):
            await make(most=0)


class TestWhoDecided:
    """What the ledger never lets happen, put before the check as a log that someone wrote past it."""

    @pytest.mark.parametrize(
        ("actor", "reviewer", "incident", "found"),
        [
            (GRACE, GRACE, None, 0),
            (ADA, ADA, None, 1),
            (MARGARET, MARGARET, None, 1),
            ("daypass:playbook", MARGARET, "inc_1", 0),
            ("daypass:playbook", ADA, "inc_1", 1),
        ],
        ids=[
            "someone else",
            "the requester",
            "who requested for them",
            "who ran a step",
            "who gets it by a step",
        ],
    )
    async def test_a_verdict_on_ones_own_request_is_an_exception(
        self, sqlite_ledger, world, clock, actor, reviewer, incident, found
    ):
        state = await requested(sqlite_ledger, clock)
        state = state.model_copy(update={"asked_by": MARGARET, "holder": ADA, "incident": incident})
        event = LoggedEvent(clock(), actor, "slack", "access.reviewed", {"reviewer": reviewer}, {}, state.id)
        history = History(
            QUARTER, clock(), (event,), {state.id: state}, (), None, timedelta(), world.directory, str
        )
        assert len(CHECKS["nobody-decides-their-own"].run(history).exceptions) == found


@pytest.mark.parametrize("recorded", [True, False])
async def test_a_signed_approval_comes_with_the_passkeys_own_story(
    recorded, sqlite_database, clock, key, tmp_path_factory, tmp_path
):
    """Verifying compares the signature with the passkey's events, and finds one that the passkey has no record of."""
    bundle = changed_bundle(tmp_path_factory.mktemp("signed") / "bundle", *SIGNED)
    signing = world_of(bundle)
    async with opened(sqlite_database.url) as store:
        active: list[State] = []
        ledger = Ledger(store, WORKFLOWS, lambda: replace(signing, in_force=tuple(active)), clock)
        mine = SoftwareKey()
        added = mine.added_by(GRACE, clock(), authenticated_at=clock())
        assert (await ledger.handle(added, Actor(GRACE), "console")).events
        confirmed = await ledger.handle(ConfirmPasskey(mine.id), Actor(RADIA), "console")
        assert confirmed.events, confirmed.refusal
        active.append(confirmed.state)
        clock.at += timedelta(days=2)
        ask = RequestAccess(
            made(clock), "warehouse-pii", 1_200, "a customer asked what we keep, see case PRIV-7"
        )
        state = (await ledger.handle(ask, Actor(ADA), "slack")).state
        challenge = challenge_of_review(state, mine.blank(clock()), "approve", GRACE, (None, None))
        signed = mine.signs(challenge, clock())
        if recorded:
            assert (
                await ledger.handle(UsePasskey(mine.id, state.id, challenge, signed), Actor(GRACE), "console")
            ).events
        review = ReviewAccess(state.id, "approve", state.digest, state.terms.digest, "", signed=signed)
        outcome = await ledger.handle(review, Actor(GRACE), "console")
        assert outcome.refusal is None, outcome.refusal
        await ledger.drain()
        while await sequence(store) or await index_log(store, BY_KIND):
            pass
        await checkpoint(store, key, ORIGIN, clock())
        maker = PackMaker(Gatherer(store, lambda: signing, BY_KIND, clock), Log(store), key, clock)
        files = contents(await maker.make(QUARTER, 25, "Northwind", GRACE))
    assert b'"approvals-signed":{"population":["' + state.id.encode() in files["samples.json"]
    assert b'"subject":"' + mine.id.encode() in files["events.jsonl"], "its own story"
    assert b"approvals-signed" not in files["exceptions.csv"]
    assert verify_pack(zipped(tmp_path, files), [key.verifier], BY_KIND).ok is recorded


async def signed_again(files: dict[str, bytes], key: Key) -> str:
    """A manifest over other files by the true key, as only who holds it could sign it."""
    return await sign_manifest(manifest_of(ORIGIN, str(QUARTER), files), key, QUARTER.ends)


class TestAManifest:
    MANIFEST = manifest_of(ORIGIN, "2026-01-01 to 2026-03-31", {"a/b.txt": b"one", "c": b"two"})

    def test_lists_files_as_sha256sum_does(self):
        assert f"{sha256(b'one').hexdigest()}  a/b.txt\n" in self.MANIFEST.body.decode()
        assert read_manifest(self.MANIFEST.body) == self.MANIFEST

    async def test_is_never_taken_for_a_checkpoint(self):
        note = await sign_manifest(self.MANIFEST, Key(), QUARTER.ends)
        assert checkpoints_in(note) == []
        with pytest.raises(NoteError):
            read_body(read_note(note.encode()).body)
        with pytest.raises(NoteError):
            open_checkpoint(note.encode(), [Key().verifier])

    @pytest.mark.parametrize(
        "path", ["../up", "/etc/passwd", "a//b", "a b", "MANIFEST", "a\nb", "", ".hidden"]
    )
    def test_names_no_path_that_leaves_its_directory(self, path: str):
        with pytest.raises(NoteError):
            _ = Manifest(ORIGIN, "one", {path: "0" * 64}).body

    @pytest.mark.parametrize(
        ("old", "new"),
        [("  c", "  d"), ("files\n", "files\n\n"), ("log ", "log  "), ("evidence/v1", "evidence/v2")],
    )
    def test_is_read_only_as_it_is_written(self, old: str, new: str):
        changed = self.MANIFEST.body.decode().replace(old, new).encode()
        with suppress(NoteError):
            assert read_manifest(changed) != self.MANIFEST


class TestAPeriod:
    NOW = MONDAY

    def test_is_whole_days_with_the_last_one_included(self):
        period = read_period("2026-01-01", "2026-01-31", self.NOW)
        assert (period.ends - period.starts).days == 31
        assert period.has(period.ends - timedelta(microseconds=1))
        assert not period.has(period.ends)
        assert last_quarter(self.NOW) == read_period("2025-10-01", "2025-12-31", self.NOW)

    @pytest.mark.parametrize(
        ("first", "last", "because"),
        [
            ("2026-02-01", "2026-01-01", "before it starts"),
            ("2025-01-01", "2026-01-02", "longer than 366 days"),
            ("2026-04-01", "2026-04-02", "in the future"),
            ("2026-02-30", "2026-03-01", "isn't a day"),
            ("20260101", "2026-03-01", "isn't a day"),
            ("0001-01-01", "0001-01-02", "isn't a day"),
        ],
    )
    def test_that_makes_no_sense_is_refused(self, first: str, last: str, because: str):
        with pytest.raises(PeriodError, match=because):
            read_period(first, last, self.NOW)


class TestTheMapping:
    def test_names_every_check_and_only_those(self):
        used = {
            name
            for one in packaged_controls().frameworks
            for control in one.controls
            for name in control.checks
        }
        assert used == CHECKS.keys()

    def test_that_is_wrong_is_refused(self):
        control = "{id: x.1, label: X, title: X, checks: [CHECK], limits: X}"
        text = f"frameworks: [{{id: x, title: X, source: 'https://x.example', controls: [{control}]}}]"
        with pytest.raises(MappingError, match="Unknown checks"):
            read_controls(text)
        twice = text.replace(control, f"{control}, {control}").replace("CHECK", "log-signed")
        with pytest.raises(MappingError, match="named twice"):
            read_controls(twice)
