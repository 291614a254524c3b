"""What a pipeline proposes by a webhook is taken only if it is signed with its machine's secret, now, and is there."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import SecretStr, ValidationError
from standardwebhooks import Webhook

from bot.setting_webhooks import read_secrets
from bot.web.release_webhook import MAX_BODY_BYTES, ReleaseHook, router
from integrations.standard_webhooks import Unsigned, id_of_signed, signed
from tests.people import ADA
from tests.releases.story import SERVICE
from workflows.policy.schema.machines import MachineBlock, Machines, machine_of
from workflows.ports import Retryable
from workflows.releases.commands import ProposeRelease
from workflows.releases.evidence import Evidence, ModelCard, Version
from workflows.workflow import Refused, World

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
FIRST = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
"""The scheme's own example."""
SECOND = "whsec_d2hhdCB0aGV5IHdpbGwga25vdyBhZnRlcndhcmRz"
OTHER = "whsec_d2hhdCBuZWl0aGVyIG9mIHRoZW0ga25vd3MuLi4u"
KEYS = (SecretStr(FIRST), SecretStr(SECOND))
BODY = b'{"type": "version.built"}'


def by_reference(body: bytes, secret: str = FIRST, id: str = "msg_1", at: datetime = NOW) -> dict[str, str]:
    """The headers as the reference library of the scheme makes them."""
    signature = Webhook(secret).sign(id, at, body.decode())
    return {
        "webhook-id": id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }


class TestASignature:
    def test_of_the_scheme_s_published_example_is_right(self):
        body = b'{"test": 2432232314}'
        at = datetime.fromtimestamp(1_614_265_330, UTC)
        published = {
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        }
        assert id_of_signed(body, published, KEYS, at) == published["webhook-id"]
        assert signed(body, KEYS[:1], published["webhook-id"], at) == published

    @pytest.mark.parametrize("secret", [FIRST, SECOND])
    def test_by_either_secret_counts_while_they_are_rotated(self, secret):
        assert id_of_signed(BODY, by_reference(BODY, secret), KEYS, NOW) == "msg_1"

    def test_may_be_one_of_several(self):
        headers = by_reference(BODY)
        headers["webhook-signature"] = f"v1a,x v1,AAAA {headers['webhook-signature']} v2"
        assert id_of_signed(BODY, headers, KEYS, NOW) == "msg_1"

    @pytest.mark.parametrize(
        "changes",
        [
            {"webhook-signature": ""},
            {"webhook-signature": "v1,"},
            {"webhook-signature": "v1,é"},
            {"webhook-signature": " ".join(["v1,AAAA"] * 5_000)},
            {"webhook-signature": by_reference(BODY, OTHER)["webhook-signature"]},
            {"webhook-signature": by_reference(BODY + b" ")["webhook-signature"]},
            {"webhook-signature": by_reference(BODY)["webhook-signature"].replace("v1,", "v2,")},
            {"webhook-id": "msg_2"},
            {"webhook-id": ""},
            {"webhook-id": "msg.1"},
            {"webhook-timestamp": ""},
            {"webhook-timestamp": str(int(NOW.timestamp()) + 1)},
            {"webhook-timestamp": "9" * 30},
            {"webhook-timestamp": "١"},
        ],
    )
    def test_of_anything_else_does_not(self, changes):
        with pytest.raises(Unsigned):
            id_of_signed(BODY, by_reference(BODY) | changes, KEYS, NOW)

    @pytest.mark.parametrize("seconds", [-301, 301])
    def test_is_good_for_five_minutes(self, seconds):
        late = NOW + timedelta(seconds=seconds)
        with pytest.raises(Unsigned, match="five minutes"):
            id_of_signed(BODY, by_reference(BODY), KEYS, late)

    def test_needs_a_secret_and_text(self):
        with pytest.raises(Unsigned):
            id_of_signed(BODY, by_reference(BODY), (), NOW)
        with pytest.raises(Unsigned, match="UTF-8"):
            id_of_signed(b"\xff", by_reference(BODY), KEYS, NOW)


class TestASecret:
    def test_is_one_or_two(self):
        assert [one.get_secret_value() for one in read_secrets(f"{FIRST}  {SECOND}")] == [FIRST, SECOND]

    @pytest.mark.parametrize(
        ("given", "what"),
        [
            ("do-not-show", "doesn't begin with whsec_"),
            ("whsec_do-not-show", "isn't valid base64"),
            ("whsec_c2hvcnQ=", "24 to 64 bytes"),
            (f"{FIRST} {FIRST} {FIRST}", "at most two"),
            (7, "one secret, or two"),
        ],
    )
    def test_that_is_no_good_is_refused_without_showing_it(self, given, what):
        with pytest.raises(ValueError, match=what) as refused:
            read_secrets(given)
        assert "do-not-show" not in str(refused.value)


class TestAMachineWithoutTokens:
    def test_is_named_by_no_token(self, hooked):
        assert machine_of(hooked.bundle.machines, "openbao", {"machine": "jenkins"}) is None

    @pytest.mark.parametrize("half", [{"issuer": "openbao"}, {"claims": {"machine": "jenkins"}}])
    def test_has_neither_issuer_nor_claims(self, half):
        with pytest.raises(ValidationError, match="belong together"):
            MachineBlock.model_validate({"title": "Jenkins", "owners": (ADA,), "groups": ("g",), **half})


@dataclass
class Behind:
    """The source, the ledger, its readings and the rejections, as far as the endpoint asks them."""

    away: bool = False
    versions: set[str] = field(default_factory=lambda: {"2"})
    refuses: bool = False
    asked: list[str] = field(default_factory=list)
    handled: list[tuple[ProposeRelease, str, str]] = field(default_factory=list)
    decided: dict[str, str] = field(default_factory=dict)
    rejected: list[str] = field(default_factory=list)

    async def read(self, order, live):
        if self.away:
            raise Retryable("MLflow is unavailable (502).")
        self.asked.append(order.version)
        card = ModelCard(sections=(), digest="")
        found = Version(version=order.version, status="READY", authors=(), card=card)
        return Evidence(candidate=found if order.version in self.versions else None, live=live)

    async def handle(self, command, actor, surface, command_id, words):
        self.decided[command_id] = command.subject
        self.handled.append((command, actor.id, surface))
        refusal = Refused("not-eligible", "You can't propose it.") if self.refuses else None
        return type("Outcome", (), {"refusal": refusal, "subject": command.subject, "events": ("proposed",)})

    async def decided_as(self, command_id):
        return self.decided.get(command_id)

    async def in_status(self, kind, prefix, statuses):
        return [] if self.refuses else [self._state(command) for command, _, _ in self.handled]

    async def find(self, kind, subject):
        found = [command for command, _, _ in self.handled if command.subject == subject]
        return None if self.refuses else self._state(found[0])

    def _state(self, command: ProposeRelease) -> Any:
        terms = type("Terms", (), {"service": command.service})
        about = {"id": command.subject, "status": "proposed", "terms": terms, "version": command.version}
        return type("Release", (), about)

    async def reject(self, rejection, came_from):
        self.rejected.append(rejection.code)


@pytest.fixture
def hooked(world: World) -> World:
    """The example's world, with a machine that has no tokens."""
    jenkins = MachineBlock(title="Jenkins", owners=(ADA,), groups=("scientists",))
    return replace(world, bundle=replace(world.bundle, machines=Machines({}, {"jenkins": jenkins})))


@pytest.fixture
def behind() -> Behind:
    return Behind()


@pytest.fixture
async def client(behind, hooked) -> AsyncIterator[httpx2.AsyncClient]:
    app = FastAPI()
    secrets = {"jenkins": KEYS, "gone": (SecretStr(OTHER),)}
    hook = ReleaseHook(secrets, {"mlflow": behind}, behind, behind, behind, lambda: hooked, lambda: NOW)
    app.include_router(router(hook))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://daypass") as client:
        yield client


def built(**changes: object) -> dict[str, object]:
    data = {"service": SERVICE, "version": "2", "note": "better on Mondays"} | changes
    return {"type": "version.built", "timestamp": "2026-03-02T10:00:00Z", "data": data}


async def send(
    client: httpx2.AsyncClient, document: object, machine: str = "jenkins", **signing: Any
) -> httpx2.Response:
    body = json.dumps(document).encode()
    return await client.post(
        f"/hooks/releases/{machine}", content=body, headers=by_reference(body, **signing)
    )


class TestTheEndpoint:
    async def test_proposes_what_its_machine_signs(self, client, behind):
        answer = await send(client, built())
        ((command, actor, surface),) = behind.handled
        assert (answer.status_code, answer.json()) == (
            202,
            {"release": command.subject, "status": "proposed"},
        )
        assert (command.service, command.version, command.note) == (SERVICE, "2", "better on Mondays")
        assert (actor, surface) == ("machine:jenkins", "webhook")

    async def test_proposes_once_what_is_delivered_again(self, client, behind):
        first, again = [await send(client, built()) for _ in range(2)]
        assert first.json() == again.json()
        assert len(behind.handled) == 1

    async def test_proposes_a_version_once_however_often_it_is_built(self, client, behind):
        first, again = [await send(client, built(), id=id) for id in ("msg_1", "msg_2")]
        assert first.json() == again.json()
        assert len(behind.handled) == 1

    async def test_refuses_a_version_that_isn_t_there_before_anyone_sees_it(self, client, behind):
        answer = await send(client, built(version="9999"))
        assert (answer.status_code, answer.json()["code"]) == (422, "no-such-version")
        assert behind.handled == []

    async def test_asks_no_source_about_what_can_t_be_a_version(self, client, behind):
        assert (await send(client, built(version="../7"))).json()["code"] == "no-such-version"
        assert (behind.asked, behind.handled) == ([], [])

    async def test_says_why_the_policy_refuses_also_when_it_comes_again(self, client, behind):
        behind.refuses = True
        first, again = [await send(client, built()) for _ in range(2)]
        assert (first.status_code, first.json()["detail"]) == (422, "You can't propose it.")
        assert (again.status_code, again.json()["code"]) == (422, "refused")
        assert len(behind.handled) == 1

    async def test_can_be_delivered_again_when_the_source_was_away(self, client, behind):
        behind.away = True
        assert (await send(client, built())).status_code == 503
        behind.away = False
        assert (await send(client, built())).status_code == 202
        assert len(behind.handled) == 1

    @pytest.mark.parametrize(
        ("document", "machine", "signing", "status", "rejected"),
        [
            (built(), "jenkins", {"secret": OTHER}, 401, "unsigned-webhook"),
            (built(), "jenkins", {"at": NOW - timedelta(minutes=6)}, 401, "unsigned-webhook"),
            (built(), "gone", {}, 401, "unsigned-webhook"),
            (built(), "nobody", {}, 401, "unsigned-webhook"),
            (built(), "gone", {"secret": OTHER}, 403, "unknown-machine"),
            ([], "jenkins", {}, 400, "unlike-webhook"),
            (built() | {"type": "version.deleted"}, "jenkins", {}, 400, "unlike-webhook"),
            (built(version=2), "jenkins", {}, 400, "unlike-webhook"),
            (built(version="2" * 61), "jenkins", {}, 400, "unlike-webhook"),
            (built(note="x" * 5_000), "jenkins", {}, 400, "unlike-webhook"),
        ],
    )
    async def test_takes_nothing_else_and_records_it(
        self, client, behind, document, machine, signing, status, rejected
    ):
        answer = await send(client, document, machine, **signing)
        assert (answer.status_code, behind.rejected) == (status, [rejected])
        assert (behind.asked, behind.handled) == ([], [])

    async def test_reads_no_more_than_a_message_has(self, client):
        answer = await client.post("/hooks/releases/jenkins", content=b"x" * (MAX_BODY_BYTES + 1))
        assert answer.status_code == 413
