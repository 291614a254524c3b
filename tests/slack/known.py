"""What Slack is known to answer and to send: recorded in a sample, or named on a page of its documentation."""

from tests.slack.shapes import OPEN, Json, merged, sample


def recorded_answer(method: str) -> Json:
    """What Slack was seen to answer, and what its pages name besides."""
    known = [] if method in UNRECORDED else [sample(f"api/{LIKE.get(method, method)}")]
    _, documented = DOCUMENTED.get(method, ("", {}))
    return merged([*known, REFUSAL, documented])


REFUSAL: Json = {
    "ok": False,
    "error": "",
    "needed": "",
    "provided": "",
    "response_metadata": {"messages": [""]},
}
LIKE = {
    "users.conversations": "conversations.list",
    "users.lookupByEmail": "users.info",
    "views.push": "views.open",
}
"""Methods that nobody recorded, and those that answer alike."""
UNRECORDED = {"api.test", "chat.delete", "conversations.members", "pins.add", "pins.list"}
REFERENCE = "https://docs.slack.dev/reference"
DOCUMENTED: dict[str, tuple[str, Json]] = {
    "api.test": (f"{REFERENCE}/methods/api.test", {"args": OPEN}),
    "pins.list": (
        f"{REFERENCE}/methods/pins.list",
        {"items": [{"type": "", "channel": "", "message": OPEN, "created": 0, "created_by": ""}]},
    ),
    "chat.delete": (f"{REFERENCE}/methods/chat.delete", {"channel": "", "ts": ""}),
    "conversations.members": (
        f"{REFERENCE}/methods/conversations.members",
        {"members": [""], "response_metadata": {"next_cursor": ""}},
    ),
    "conversations.info": (f"{REFERENCE}/objects/conversation-object", {"channel": {"user": ""}}),
    "conversations.replies": (
        f"{REFERENCE}/events/message/thread_broadcast",
        {"messages": [{"subtype": "", "root": dict.fromkeys(("type", "ts", "thread_ts", "text"), "")}]},
    ),
    "users.list": (
        f"{REFERENCE}/objects/user-object",
        {"members": [{"is_invited_user": False, "is_stranger": False}]},
    ),
}
"""What stands in no sample of the method, and the page where it does."""

KINDS = {
    "block_actions": "app-backend/interactive-components/BlockActionPayload",
    "block_suggestion": "app-backend/interactive-components/BlockActionPayload",
    "view_submission": "app-backend/views/ViewSubmissionPayload",
    "view_closed": "app-backend/views/ViewClosedPayload",
}
COMMAND = "app-backend/slash-commands/SlashCommandPayload"
PAYLOADS = f"{REFERENCE}/interaction-payloads"
BESIDES: dict[str, tuple[str, Json]] = {
    "block_suggestion": (
        f"{PAYLOADS}/block_suggestion-payload",
        {"value": "", "action_id": "", "block_id": ""},
    ),
    "view_submission": (f"{PAYLOADS}/view-interactions-payload", {"response_urls": []}),
    "message": (
        f"{REFERENCE}/events/message.channels",
        {"event": dict.fromkeys(("channel", "user", "text", "ts", "thread_ts", "channel_type"), "")},
    ),
}
"""What stands in no sample of the kind, and the page where it does."""


VIEW: Json = {"blocks": sample("api/views.open")["view"]["blocks"]}
"""Recorded where a view is opened; left away, for being the app's own, where it is sent back."""
LIKE_EVENTS = {
    "channel_unarchive": "channel_archive",
    "group_left": "channel_left",
    "message": "member_left_channel",
}
"""Events that nobody recorded, and those that are told alike."""


def recorded_payload(kind: str) -> Json:
    """What Slack was seen to send, and what its pages name besides."""
    if kind == "command":
        return dict.fromkeys(sample(COMMAND), "")
    _, besides = BESIDES.get(kind, ("", {}))
    if kind in KINDS:
        return merged([sample(KINDS[kind]), {"view": VIEW}, besides])
    name = "".join(word.capitalize() for word in LIKE_EVENTS.get(kind, kind).split("_"))
    return merged([sample(f"events/{name}Payload"), {"event": {"view": VIEW}}, besides])
