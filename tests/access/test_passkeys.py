"""Approvals that a passkey signs: what counts, what doesn't, and what a log without a signature says of itself."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.web.console.for_less import ForLess, NotLess, read_less
from bot.web.console.signatures import Unreadable
from bot.web.console.signed_decisions import Shown
from tests.access.story import SUBJECT, Story
from tests.builders import changed_bundle, world_of
from tests.passkeys import DAY, Keyring, SoftwareKey
from tests.people import ADA, EDSGER, GRACE, RADIA
from workflows import access
from workflows.access.commands import ReviewAccess
from workflows.access.limits import condition_digest
from workflows.access.taking import SignTaking, challenge_of_taking
from workflows.audit.replay import replay
from workflows.system.passkeys import WORKFLOW
from workflows.system.passkeys.assertion import encode
from workflows.system.passkeys.commands import ConfirmPasskey, RemovePasskey, UsePasskey
from workflows.system.passkeys.decide import CONFIRMED_WITHIN, MAX_PASSKEYS
from workflows.system.passkeys.signed_review import Limits, challenge_of_review
from workflows.system.passkeys.signing import TAKEN_WITHIN
from workflows.system.passkeys.state import Signed, user_handle
from workflows.workflow import CLOCKWORK, Actor, Decision, NoChange, Refused, TimePassed, World

FILE = "resources/feature-warehouse.yaml"
PII = "      longest: 1h\n      default: 30m\n      lapse: 1h\n"
SIGNED = (FILE, PII, f"{PII}      assurance: passkey\n")
WHY = "a customer asked which of her data we keep, see case PRIV-7"
CHALLENGE = bytes(32)


@pytest.fixture(scope="module")
def signing_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = world_of(changed_bundle(tmp_path_factory.mktemp("signing") / "bundle", SIGNED))
    return replace(world, directory=replace(world.directory, managers={RADIA: EDSGER}))


class Signing(Keyring, Story):
    """A story in which people have passkeys."""

    def challenge(self, who: str, verdict: str = "approve", less: Limits = (None, None)) -> bytes:
        """What they sign; `less` are the seconds and the condition of an approval for less."""
        seconds, condition = less
        bound = condition_digest(SUBJECT, who, condition) if condition else None
        blank = SoftwareKey().blank(self.clock())
        return challenge_of_review(self.now, blank, verdict, who, (seconds, bound))

    def signs(self, who: str, signed: Signed | None, verdict: Any = "approve", **more: Any) -> Decision:
        return self.handle(ReviewAccess(SUBJECT, verdict, *self.card, signed=signed, **more), Actor(who))


@pytest.fixture
def pii(signing_world: World) -> Signing:
    story = Signing(signing_world)
    assert isinstance(story.asks(ADA, "warehouse-pii", 1_200, WHY), tuple)
    return story


def code(decision: Decision) -> str | None:
    return decision.code if isinstance(decision, Refused) else None


class TestAnApproval:
    def test_counts_once_it_is_signed_and_never_by_a_click(self, pii: Signing) -> None:
        key = pii.has(GRACE, SoftwareKey())
        assert pii.signs(GRACE, None) == NoChange(), "the way to the page"
        assert code(pii.signs(GRACE, None, confirmed=True)) == "passkey-needed"
        assert code(pii.approves_for_less(GRACE, 600)) == "passkey-needed"
        pii.signs(GRACE, key.signs(pii.challenge(GRACE), pii.clock()))
        assert [(one.reviewer, one.signed) for one in pii.now.reviews] == [(GRACE, True)]
        assert pii.status == "pending", "security is missing"

    def test_may_always_be_denied_by_a_click(self, pii: Signing) -> None:
        pii.denies(GRACE)
        assert pii.status == "denied"

    def test_is_replayed_and_verified_from_the_log_alone(self, pii: Signing) -> None:
        key = pii.has(GRACE, SoftwareKey())
        pii.signs(GRACE, key.signs(pii.challenge(GRACE), pii.clock()))
        assert pii.logged.replayed().state == pii.state
        story = pii.logged.story()
        leaf, typed = story[-1]
        del leaf.facts["signed"]
        fault = replay(access.WORKFLOW, [*story[:-1], (leaf, typed)]).fault
        assert fault
        assert "without a passkey" in fault.why

    def test_with_another_signature_could_not_have_happened(self, pii: Signing) -> None:
        key = pii.has(GRACE, SoftwareKey())
        pii.signs(GRACE, key.signs(pii.challenge(GRACE), pii.clock()))
        story = pii.logged.story()
        leaf, typed = story[-1]
        leaf.facts["signed"] |= {"nonce": "AAAA"}
        fault = replay(access.WORKFLOW, [*story[:-1], (leaf, typed)]).fault
        assert fault
        assert "of something else" in fault.why

    def test_says_of_the_passkey_what_the_passkeys_own_events_bear_out(self, pii: Signing) -> None:
        key = pii.has(GRACE, SoftwareKey())
        challenge = pii.challenge(GRACE)
        signed = key.signs(challenge, pii.clock())
        before = pii.now
        pii.signs(GRACE, signed)
        _, occurred = pii.logged.replayed(), pii.logged.replayed().story[-1]
        (claim,) = access.WORKFLOW.claims(before, occurred)
        assert claim.subject == key.id
        assert claim.refuted([]) == "nobody had confirmed the passkey by then"

    @pytest.mark.parametrize(
        ("wrong", "expected"),
        [
            ({"flags": 0x01}, "user-not-verified"),
            ({"flags": 0x04}, "user-not-verified"),
            ({"rp": "evil.example"}, "other-origin"),
            ({"origin": "https://evil.example"}, "other-origin"),
            ({"crossOrigin": True}, "other-origin"),
            ({"topOrigin": "https://evil.example"}, "other-origin"),
            ({"type": "webauthn.create"}, "other-origin"),
            ({"client": b"[]"}, "unreadable"),
            ({"client": b"\xff"}, "unreadable"),
            ({"client": b"[" * 100_000}, "unreadable"),
        ],
    )
    def test_is_refused_if_the_signature_is_of_something_else(
        self, pii: Signing, wrong: dict[str, Any], expected: str
    ) -> None:
        key = pii.has(GRACE, SoftwareKey())
        challenge = pii.challenge(GRACE)
        signed = key.signs(challenge, pii.clock(), **wrong)
        assert code(pii.signs(GRACE, signed)) == expected
        assert code(pii.on_key(UsePasskey(key.id, SUBJECT, challenge, signed), GRACE)) == expected

    def test_is_refused_if_something_else_was_signed(self, pii: Signing) -> None:
        key = pii.has(GRACE, SoftwareKey())
        assert code(pii.signs(GRACE, key.signs(CHALLENGE, pii.clock()))) == "other-challenge"

    def test_names_its_challenge_once(self, pii: Signing) -> None:
        key = pii.has(GRACE, SoftwareKey())
        right, other = encode(pii.challenge(GRACE)), encode(CHALLENGE)
        told = {"type": "webauthn.get", "origin": key.origin, "challenge": right}
        twice = json.dumps(told).replace('"challenge"', f'"challenge": "{other}", "challenge"').encode()
        assert code(pii.signs(GRACE, key.signs(CHALLENGE, pii.clock(), client=twice))) == "unreadable"

    @pytest.mark.parametrize(
        "forge",
        [
            lambda s: s.model_copy(update={"signature": s.signature[:-4] + "AAAA"}),
            lambda s: s.model_copy(update={"public_key": SoftwareKey().public_key}),
            lambda s: s.model_copy(update={"credential": "AAAA"}),
            lambda s: s.model_copy(update={"passkey": SoftwareKey().id}),
            lambda s: s.model_copy(update={"nonce": "AAAA"}),
            lambda s: s.model_copy(update={"made_at": s.made_at + timedelta(seconds=1)}),
            lambda s: s.model_copy(update={"client_data": s.client_data + "="}),
            lambda s: s.model_copy(update={"authenticator_data": s.authenticator_data[:40]}),
        ],
    )
    def test_is_refused_whatever_was_changed_about_it(
        self, pii: Signing, forge: Callable[[Signed], Signed]
    ) -> None:
        key = pii.has(GRACE, SoftwareKey())
        signed = key.signs(pii.challenge(GRACE), pii.clock())
        assert code(pii.signs(GRACE, forge(signed)))
        assert pii.now.reviews == ()

    def test_is_refused_with_anothers_passkey_or_for_anothers_verdict(self, pii: Signing) -> None:
        key = pii.has(GRACE, SoftwareKey())
        as_edsger = key.signs(pii.challenge(EDSGER), pii.clock())
        assert code(pii.signs(EDSGER, as_edsger)) == "not-yours"
        denial = key.signs(pii.challenge(GRACE, "deny"), pii.clock())
        assert code(pii.signs(GRACE, denial)) == "other-challenge"

    def test_is_refused_with_a_passkey_that_is_new_removed_or_unconfirmed(self, pii: Signing) -> None:
        new = pii.has(GRACE, SoftwareKey(), since=DAY - timedelta(seconds=1))
        assert code(pii.signs(GRACE, new.signs(pii.challenge(GRACE), pii.clock()))) == "passkey-too-new"
        pii.clock.forward(seconds=1)
        signed = new.signs(pii.challenge(GRACE), pii.clock())
        pii.on_key(RemovePasskey(new.id), GRACE)
        assert code(pii.signs(GRACE, signed)) == "not-active"
        waiting = SoftwareKey()
        pii.on_key(waiting.added_by(GRACE, pii.clock(), authenticated_at=pii.clock()), GRACE)
        assert code(pii.signs(GRACE, waiting.signs(pii.challenge(GRACE), pii.clock()))) == "not-active"

    def test_is_refused_once_the_page_is_old(self, pii: Signing) -> None:
        key = pii.has(GRACE, SoftwareKey())
        signed = key.signs(pii.challenge(GRACE), pii.clock())
        pii.clock.at += TAKEN_WITHIN + timedelta(seconds=1)
        assert code(pii.signs(GRACE, signed)) == "too-old"

    def test_given_by_a_click_before_the_rule_asked_for_a_passkey_no_longer_counts(
        self, signing_world: World, world: World
    ) -> None:
        story = Signing(world)
        story.asks(ADA, "warehouse-pii", 1_200, WHY)
        story.approves(GRACE)
        story.world = replace(signing_world, in_force=())
        assert code(story.approves(RADIA)) == "stale"
        assert story.now.terms.assurance == "passkey"
        assert story.now.reviews == ()
        key = story.has(GRACE, SoftwareKey())
        story.signs(GRACE, key.signs(story.challenge(GRACE), story.clock()))
        assert [one.reviewer for one in story.now.reviews] == [GRACE], "she may decide again"
        assert story.logged.replayed().state == story.state


class TestAnApprovalForLess:
    """What is taken off is signed too, the condition by its digest."""

    LESS: Limits = (600, "only the rows of case PRIV-7")

    def test_counts_as_it_was_signed(self, pii: Signing) -> None:
        key = pii.has(GRACE, SoftwareKey())
        seconds, condition = self.LESS
        signed = key.signs(pii.challenge(GRACE, less=self.LESS), pii.clock())
        assert isinstance(pii.signs(GRACE, signed, seconds=seconds, condition=condition), tuple)
        (review,) = pii.now.reviews
        assert (review.seconds, review.signed) == (600, True)
        assert [one.condition for one in pii.now.conditions] == [condition]
        assert pii.logged.replayed().state == pii.state

    @pytest.mark.parametrize(
        ("signed", "sent"),
        [
            ((None, None), (600, None)),
            ((600, None), (None, None)),
            ((600, None), (601, None)),
            ((600, None), (600, "ask me first")),
            ((600, "ask me first"), (600, None)),
            ((600, "ask me first"), (600, "ask me never")),
        ],
    )
    def test_is_refused_if_something_else_was_signed(
        self, pii: Signing, signed: Limits, sent: Limits
    ) -> None:
        key = pii.has(GRACE, SoftwareKey())
        assertion = key.signs(pii.challenge(GRACE, less=signed), pii.clock())
        decision = pii.signs(GRACE, assertion, seconds=sent[0], condition=sent[1])
        assert code(decision) == "other-challenge"
        assert pii.now.reviews == ()

    def test_is_signed_as_the_page_shows_it(self, pii: Signing) -> None:
        less = read_less(pii.now, "10m", "  only the rows\n of case PRIV-7 ")
        assert (less.seconds, less.condition) == self.LESS
        assert ForLess.sent(str(less.seconds), less.condition or "") == less
        text = Shown.of(pii.now, pii.clock(), less).text(SUBJECT, "approve", GRACE)
        assert json.loads(text)["seconds"] == 600
        assert json.loads(text)["condition"] == condition_digest(SUBJECT, GRACE, less.condition or "")
        denial = json.loads(Shown.of(pii.now, pii.clock(), less).text(SUBJECT, "deny", GRACE))
        assert (denial["seconds"], denial["condition"]) == (None, None)

    @pytest.mark.parametrize(
        ("duration", "condition", "sentence"),
        [
            ("20m", "", "Enter less time or a condition"),
            ("21m", "", "20 minutes at most"),
            ("59s", "", "You can't approve less than 1 minute"),
            ("soon", "", "isn't a duration"),
            ("10m", "x" * 301, "You have 301"),
        ],
    )
    def test_is_not_shown_for_signing_if_it_is_not_less(
        self, pii: Signing, duration: str, condition: str, sentence: str
    ) -> None:
        with pytest.raises(NotLess, match=sentence):
            read_less(pii.now, duration, condition)

    @pytest.mark.parametrize("seconds", ["0", "-5", "1e3", "²", "9" * 9, "9" * 5_000])
    def test_is_unreadable_with_seconds_that_no_page_sends(self, seconds: str) -> None:
        with pytest.raises(Unreadable):
            ForLess.sent(seconds, "")


class TestTakingACredential:
    """Of critical risk: where approvals are signed, so is this."""

    @pytest.fixture
    def active(self, pii: Signing) -> Signing:
        for who in (GRACE, RADIA):
            key = pii.has(who, SoftwareKey())
            pii.signs(who, key.signs(pii.challenge(who), pii.clock()))
        assert pii.status == "active"
        return pii

    def takes(self, story: Signing, who: str, key: SoftwareKey) -> Decision:
        blank = key.blank(story.clock())
        signed = key.signs(challenge_of_taking(story.now, blank, who), story.clock())
        return story.handle(SignTaking(SUBJECT, *story.card, signed), Actor(who))

    def test_needs_the_requesters_signature_for_each(self, active: Signing) -> None:
        assert code(active.gets_credentials(ADA)) == "passkey-needed"
        key = active.has(ADA, SoftwareKey())
        assert isinstance(self.takes(active, ADA, key), tuple)
        assert isinstance(active.gets_credentials(ADA), tuple)
        assert active.now.taking_signed_at is None, "one signature, one credential"
        assert active.logged.replayed().state == active.state

    def test_is_refused_with_another_persons_and_after_ten_minutes(self, active: Signing) -> None:
        key = active.has(ADA, SoftwareKey())
        assert code(self.takes(active, GRACE, key)) == "not-yours"
        self.takes(active, ADA, key)
        active.clock.at += TAKEN_WITHIN + timedelta(seconds=1)
        assert code(active.gets_credentials(ADA)) == "passkey-needed"

    def test_is_not_signed_by_an_approval(self, active: Signing) -> None:
        key = active.has(ADA, SoftwareKey())
        challenge = challenge_of_review(active.now, key.blank(active.clock()), "approve", ADA, (None, None))
        signed = key.signs(challenge, active.clock())
        assert code(active.handle(SignTaking(SUBJECT, *active.card, signed), Actor(ADA))) == "other-challenge"

    def test_without_one_could_not_have_happened(self, active: Signing) -> None:
        key = active.has(ADA, SoftwareKey())
        self.takes(active, ADA, key)
        active.gets_credentials(ADA)
        del active.logged.decided[-2]
        fault = active.logged.replayed().fault
        assert fault
        assert "hadn't signed for it with a passkey" in fault.why


class TestAPasskey:
    def test_is_used_for_each_challenge_once_and_never_with_a_lower_count(self, pii: Signing) -> None:
        key = pii.has(GRACE, SoftwareKey(count=7))
        key.count = 8
        used = UsePasskey(key.id, SUBJECT, CHALLENGE, key.signs(CHALLENGE, pii.clock()))
        assert isinstance(pii.on_key(used, GRACE), tuple)
        assert code(pii.on_key(used, GRACE)) == "used-before"
        for count in (8, 7, 0):
            key.count = count
            other = UsePasskey(key.id, SUBJECT, b"x" * 32, key.signs(b"x" * 32, pii.clock()))
            assert code(pii.on_key(other, GRACE)) == "count-went-back"

    def test_without_a_count_is_used_for_each_challenge_once_too(self, pii: Signing) -> None:
        key = pii.has(GRACE, SoftwareKey())
        used = UsePasskey(key.id, SUBJECT, CHALLENGE, key.signs(CHALLENGE, pii.clock()))
        assert isinstance(pii.on_key(used, GRACE), tuple)
        assert code(pii.on_key(used, GRACE)) == "used-before"
        pii.clock.at += TAKEN_WITHIN + timedelta(seconds=1)
        assert code(pii.on_key(used, GRACE)) in ("used-before", "too-old")

    def test_is_its_owners_alone(self, pii: Signing) -> None:
        key = pii.has(GRACE, SoftwareKey())
        signed = key.signs(CHALLENGE, pii.clock())
        assert code(pii.on_key(UsePasskey(key.id, SUBJECT, CHALLENGE, signed), EDSGER)) == "not-yours"
        other = UsePasskey(key.id, SUBJECT, CHALLENGE, signed, user_handle(EDSGER))
        assert code(pii.on_key(other, GRACE)) == "other-person"
        own = UsePasskey(key.id, SUBJECT, CHALLENGE, signed, user_handle(GRACE))
        assert isinstance(pii.on_key(own, GRACE), tuple)

    def test_needs_a_fresh_sign_in_if_it_is_the_first(self, pii: Signing) -> None:
        now = pii.clock()
        for at in (None, now - timedelta(minutes=11), now + timedelta(minutes=5)):
            assert (
                code(pii.on_key(SoftwareKey().added_by(GRACE, now, authenticated_at=at), GRACE))
                == "not-fresh"
            )

    def test_is_vouched_for_by_an_older_one_if_there_is_one(self, pii: Signing) -> None:
        old, now = pii.has(GRACE, SoftwareKey()), pii.clock()
        alone = SoftwareKey().added_by(GRACE, now, authenticated_at=now)
        assert code(pii.on_key(alone, GRACE)) == "no-voucher", "a stolen session isn't enough"
        stranger = SoftwareKey().added_by(GRACE, now, voucher=SoftwareKey())
        assert code(pii.on_key(stranger, GRACE)) == "not-active"
        second = SoftwareKey()
        assert isinstance(pii.on_key(second.added_by(GRACE, now, voucher=old), GRACE), tuple)
        assert pii.passkeys[second.id].status == "active"

    def test_has_to_have_signed_its_own_enrolment(self, pii: Signing) -> None:
        now = pii.clock()
        mine, theirs = SoftwareKey(), SoftwareKey()
        command = mine.added_by(GRACE, now, authenticated_at=now)
        for proof in (
            command.proof.model_copy(update={"public_key": theirs.public_key}),
            mine.added_by(EDSGER, now).proof,
            mine.signs(CHALLENGE, now),
        ):
            assert code(pii.on_key(replace(command, proof=proof), GRACE))
        assert pii.passkeys == {}

    @pytest.mark.parametrize(("who", "expected"), [(GRACE, "own-passkey"), (ADA, "not-yours"), (RADIA, None)])
    def test_is_confirmed_by_an_operator_and_never_by_its_owner(
        self, pii: Signing, who: str, expected: str | None
    ) -> None:
        key, now = SoftwareKey(), pii.clock()
        pii.on_key(key.added_by(GRACE, now, authenticated_at=now), GRACE)
        assert code(pii.on_key(ConfirmPasskey(key.id), who)) == expected

    def test_is_confirmed_by_the_owners_manager(self, pii: Signing) -> None:
        key, now = SoftwareKey(), pii.clock()
        directory = replace(pii.world.directory, managers={GRACE: EDSGER})
        pii.world = replace(pii.world, directory=directory)
        pii.on_key(key.added_by(GRACE, now, authenticated_at=now), GRACE)
        assert isinstance(pii.on_key(ConfirmPasskey(key.id), EDSGER), tuple)

    def test_that_nobody_confirms_goes_away(self, pii: Signing) -> None:
        key, now = SoftwareKey(), pii.clock()
        pii.on_key(key.added_by(GRACE, now, authenticated_at=now), GRACE)
        assert WORKFLOW.due(pii.passkeys[key.id]) == now + CONFIRMED_WITHIN
        pii.clock.at += CONFIRMED_WITHIN
        pii.on_key(TimePassed(key.id), CLOCKWORK.id)
        assert pii.passkeys[key.id].status == "removed"
        assert code(pii.on_key(key.added_by(GRACE, pii.clock()), GRACE)) == "removed"

    def test_is_one_of_ten_at_most(self, pii: Signing) -> None:
        first, now = pii.has(GRACE, SoftwareKey()), pii.clock()
        for _ in range(MAX_PASSKEYS - 1):
            assert isinstance(pii.on_key(SoftwareKey().added_by(GRACE, now, voucher=first), GRACE), tuple)
        assert code(pii.on_key(SoftwareKey().added_by(GRACE, now, voucher=first), GRACE)) == "too-many"

    @pytest.mark.parametrize(("who", "expected"), [(GRACE, None), (RADIA, None), (EDSGER, "not-yours")])
    def test_is_removed_by_its_owner_and_by_operators(
        self, pii: Signing, who: str, expected: str | None
    ) -> None:
        key = pii.has(GRACE, SoftwareKey())
        assert code(pii.on_key(RemovePasskey(key.id), who)) == expected


def test_a_bundle_asks_for_passkeys_only_where_someone_approves(tmp_path: Path) -> None:
    assert (
        changed_bundle(tmp_path / "bundle", SIGNED).entitlements["warehouse-pii"].rule.assurance == "passkey"
    )
