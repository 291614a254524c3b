"""An event of the log in the Open Cybersecurity Schema Framework, version 1.8.0 (https://schema.ocsf.io/1.8.0).

Every event has a class. Those that say more than that something of Daypass's own changed have one of their own, by
`CLASSES`; all others are Entity Management (3004): the entity is the access request, release, incident and so on.
`unmapped.event` is the event exactly as the log has it: its canonical JSON (RFC 8785) hashes to `unmapped.leaf_hash`.
What people typed is in none of it, as it isn't in the log.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from workflows.audit.forwarding.sink import Placed
from workflows.audit.tlog.leaf import Leaf
from workflows.workflow import REFUSED, Actor

VERSION = "1.8.0"
CREATE, UPDATE, OTHER = 1, 3, 99
INFORMATIONAL, LOW, MEDIUM, HIGH = 1, 2, 3, 4
SUCCESS, FAILURE = 1, 2
NEW, RESOLVED = 1, 4
"""Statuses of a finding, which has no actor."""
FINDINGS = 2
"""The category."""
SEALED = "sealed"
ENTITY_MANAGEMENT = 3004
Fields = Mapping[str, Any]
Describe = Callable[[Leaf, Leaf], Fields | None]
"""The fields of a class from an event and the first one of its subject; None if they don't say enough."""


class _Class(NamedTuple):
    uid: int
    activity: int
    describe: Describe


def _privileges(leaf: Leaf, began: Leaf) -> Fields | None:
    terms, person = began.facts.get("terms"), began.facts.get("requester")
    if not isinstance(terms, Mapping) or not isinstance(person, str) or "entitlement" not in terms:
        return None
    user: dict[str, Any] = {"uid": person}
    return {"user": user, "privileges": [str(terms["entitlement"])]}


def _access(leaf: Leaf, began: Leaf) -> Fields | None:
    found = _privileges(leaf, began)
    if found is None:
        return None
    terms = began.facts["terms"]
    return {**found, "resources": [{"uid": str(terms["resource"]), "name": str(terms["resource_title"])}]}


def _sign_in(leaf: Leaf, began: Leaf) -> Fields | None:
    person = began.facts.get("person")
    service = {"name": "Daypass"}
    return {"user": {"uid": person}, "service": service} if isinstance(person, str) else None


def _alarm(leaf: Leaf, began: Leaf) -> Fields:
    title = str(leaf.facts.get("sentence") or began.facts.get("sentence") or leaf.action)
    status = RESOLVED if leaf.action == "alarm.cleared" else NEW
    return {"finding_info": {"uid": leaf.subject, "title": title}, "status_id": status}


CLASSES = {
    "access.granted": _Class(3005, 1, _access),
    "access.grant-ended": _Class(3005, 2, _access),
    "access.credential-minted": _Class(3003, 1, _privileges),
    "session.signed-in": _Class(3002, 1, _sign_in),
    "session.ended": _Class(3002, 2, _sign_in),
    "alarm.raised": _Class(2004, 1, _alarm),
    "alarm.cleared": _Class(2004, 3, _alarm),
}
"""Class and activity by action: 3005 User Access Management, 3003 Authorize Session, 3002 Authentication, 2004 Detection
Finding."""
SEVERITIES = {
    "alarm.raised": HIGH,
    "access.break-glass-taken": MEDIUM,
    "access.credential-not-ended": HIGH,
    "access.credential-found-missing": MEDIUM,
    "access.signals-raised": MEDIUM,
    "release.artifact-changed": HIGH,
    "release.check-failed": MEDIUM,
    "release.drifted": MEDIUM,
    "stop.pressed": HIGH,
    "stop.grant-not-ended": HIGH,
}
"""All others are informational, and refusals low."""


def to_ocsf(event: Placed, origin: str, version: str) -> dict[str, Any]:
    """The event as an OCSF object; `origin` is the log's name and `version` Daypass's."""
    leaf = event.leaf
    if leaf is None or event.data is None:
        return _sealed(event, origin, version)
    refused = leaf.action.endswith(f".{REFUSED}")
    uid, activity, fields = _classified(leaf, event.began or leaf)
    return {
        **_common(event, origin, version, leaf.action, uid, activity),
        "severity_id": LOW if refused else SEVERITIES.get(leaf.action, INFORMATIONAL),
        "status_id": FAILURE if refused else SUCCESS,
        **({"status_detail": str(leaf.facts["code"])} if refused and "code" in leaf.facts else {}),
        **({} if uid // 1000 == FINDINGS else {"actor": _actor(leaf.actor)}),
        **fields,
        "unmapped": {"index": event.index, "leaf_hash": event.hash.hex(), "event": json.loads(event.data)},
    }


def _classified(leaf: Leaf, began: Leaf) -> tuple[int, int, Fields]:
    own = CLASSES.get(leaf.action)
    fields = own.describe(leaf, began) if own else None
    if own and fields is not None:
        return own.uid, own.activity, fields
    activity = CREATE if (leaf.version, leaf.position) == (1, 0) else UPDATE
    entity = {"uid": leaf.subject, "type": leaf.action.partition(".")[0]}
    return ENTITY_MANAGEMENT, activity, {"entity": entity}


def _common(event: Placed, origin: str, version: str, code: str, uid: int, activity: int) -> dict[str, Any]:
    return {
        "class_uid": uid,
        "category_uid": uid // 1000,
        "activity_id": activity,
        "type_uid": uid * 100 + activity,
        "time": int(event.at.timestamp() * 1000),
        "metadata": {
            "version": VERSION,
            "product": {"name": "Daypass", "vendor_name": "Daypass", "version": version},
            "uid": f"{event.index}-{event.hash.hex()}",
            "sequence": event.index,
            "log_name": origin,
            "event_code": code,
        },
    }


def _sealed(event: Placed, origin: str, version: str) -> dict[str, Any]:
    """Its place and hash alone, so that nothing is missing."""
    return {
        **_common(event, origin, version, SEALED, ENTITY_MANAGEMENT, OTHER),
        "activity_name": "Sealed",
        "severity_id": INFORMATIONAL,
        "entity": {"name": "Only members of a private incident may read this", "type": SEALED},
        "unmapped": {"index": event.index, "leaf_hash": event.hash.hex()},
    }


def _actor(id: str) -> Fields:
    actor = Actor(id)
    if actor.is_daypass:
        return {"app_name": "Daypass", "app_uid": id}
    return {"app_uid": id} if actor.is_machine else {"user": {"uid": id}}
