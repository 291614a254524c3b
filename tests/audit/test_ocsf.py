"""Every action of the log is an OCSF event that the published schema accepts, and hides what the log hides."""

import json
from datetime import UTC, datetime
from functools import cache

import jsonschema_rs
import pytest
import rfc8785
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from integrations.event_sinks.ocsf import CLASSES, SEVERITIES, VERSION, to_ocsf
from tests.builders import BY_KIND
from workflows.audit.forwarding.sink import Placed
from workflows.audit.tlog.leaf import Entry, encode_leaf, read_leaf
from workflows.workflow import REFUSED

AT = datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=UTC)
ACTIONS = sorted(
    f"{one.name}.{action}"
    for one in BY_KIND.values()
    for action in (*(e.action for e in one.events), REFUSED)
)
NAMES = {
    3002: "authentication",
    3003: "authorize_session",
    3004: "entity_management",
    3005: "user_access",
    2004: "detection_finding",
}
BEGAN = {
    "requester": "UADA",
    "person": "UADA",
    "sentence": "The log is late.",
    "terms": {"entitlement": "warehouse-read", "resource": "warehouse", "resource_title": "Warehouse"},
}


@cache
def schema_of(name: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(_schemas().get_class_schema(name))


@cache
def _schemas() -> OcsfJsonSchemaEmbedded:
    return OcsfJsonSchemaEmbedded(get_ocsf_schema(VERSION))


def leaf(action: str, facts=BEGAN, actor: str = "UGRACE", version: int = 2) -> bytes:
    texts = {"note": "because"}
    entry = Entry("01M8", "acc_1", version, 0, AT, actor, "slack", action, facts, "ab" * 32, texts)
    return encode_leaf(entry, {"note": b"s" * 16})


def made(data: bytes | None, began: bytes | None = None) -> dict:
    event, first = (read_leaf(one) if one else None for one in (data, began))
    found = to_ocsf(Placed(7, b"h" * 32, AT, event, data, first), "daypass.example/log", "0.1.0")
    schema_of(NAMES[found["class_uid"]]).validate(found)
    return json.loads(json.dumps(found))


def test_the_validator_refuses_what_isn_t_ocsf():
    found = made(leaf("access.granted"))
    for change in ({"time": "now"}, {"class_uid": 1}, {"surface": "slack"}, {"activity_id": 77}):
        assert not schema_of("user_access").is_valid({**found, **change})
    assert not schema_of("user_access").is_valid({k: v for k, v in found.items() if k != "user"})


@pytest.mark.parametrize("actor", ["UGRACE", "machine:ci", "daypass:outbox"])
@pytest.mark.parametrize("facts", [BEGAN, {}], ids=["facts", "no-facts"])
def test_every_action_is_valid(facts, actor):
    for action in ACTIONS:
        event = leaf(action, facts, actor)
        assert made(event, leaf("access.requested", facts))["metadata"]["event_code"] == action
        made(event)


@pytest.mark.parametrize("action", CLASSES)
def test_an_action_with_a_class_of_its_own_has_it(action):
    assert action in ACTIONS
    found = made(leaf(action, {}), leaf("access.requested"))
    assert (found["class_uid"], found["activity_id"]) == (CLASSES[action].uid, CLASSES[action].activity)


def test_severities_are_of_actions_that_there_are():
    assert set(SEVERITIES) <= set(ACTIONS)


def test_a_grant_says_whose_access_to_what():
    found = made(leaf("access.granted", {}, "daypass:outbox"), leaf("access.requested"))
    assert found["user"] == {"uid": "UADA"}
    assert found["privileges"] == ["warehouse-read"]
    assert found["resources"] == [{"uid": "warehouse", "name": "Warehouse"}]
    assert found["actor"] == {"app_name": "Daypass", "app_uid": "daypass:outbox"}


def test_a_refusal_failed():
    found = made(leaf(f"access.{REFUSED}", {"code": "own-request"}))
    assert (found["status_id"], found["status_detail"], found["severity_id"]) == (2, "own-request", 2)


def test_the_event_in_it_is_the_log_s_own_and_hashes_to_its_leaf():
    data = leaf("access.granted", {"ends_at": "2026-03-02T10:30:00Z", "ä": [1, None, True]})
    assert rfc8785.dumps(made(data)["unmapped"]["event"]) == data
    assert b"because" not in data


def test_a_sealed_one_has_its_place_and_hash_alone():
    found = made(None)
    assert found["metadata"]["uid"] == f"7-{(b'h' * 32).hex()}"
    assert found["metadata"]["event_code"] == "sealed"
    assert found["unmapped"] == {"index": 7, "leaf_hash": (b"h" * 32).hex()}
    assert "actor" not in found


def test_the_same_event_is_the_same_whenever_it_is_sent():
    assert made(leaf("access.granted")) == made(leaf("access.granted"))
