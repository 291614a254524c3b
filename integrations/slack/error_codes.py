"""Slack's error words: what each one means for whoever called, in one table.

Slack answers `{"ok": false, "error": "<word>"}`, and the word alone says whether it is worth trying again, where the
fault lies, and who can mend it. A word that isn't listed is UNKNOWN: tried again for hours, then alarmed about.
Only what is listed as FINAL is given up at once, and only for methods whose callers have another way.
Source: the errors of each method at https://docs.slack.dev/reference/methods.
"""

from collections.abc import Mapping
from enum import Enum


class Meaning(Enum):
    """What a word says about the call that it answers."""

    PASSING = "a problem at Slack; the same call works later"
    LIMITED = "too many calls; the same call works after a pause"
    TOKEN = "Slack accepts no call with this token"
    METHOD = "Slack doesn't let this app call this method"
    CHANNEL = "this channel can't be used; others can"
    PERSON = "this person can't be reached; others can"
    FINAL = "retrying changes nothing; the caller does something else"
    MALFORMED = "Slack doesn't accept what Daypass sent"
    UNKNOWN = "a code that Daypass doesn't know"


WORDS: Mapping[str, Meaning] = {
    word: meaning
    for meaning, words in {
        Meaning.PASSING: """
            internal_error fatal_error service_unavailable request_timeout team_added_to_org org_login_required
            accesslimited message_limit_exceeded update_failed external_channel_migrating streaming_state_conflict
            fetch_members_failed failed_publishing_view operation_timeout team_not_found
        """,
        Meaning.LIMITED: "ratelimited rate_limited",
        Meaning.TOKEN: """
            invalid_auth not_authed account_inactive token_revoked token_expired two_factor_setup_required
            app_uninstalled
        """,
        Meaning.METHOD: """
            missing_scope not_allowed_token_type team_access_not_granted ekm_access_denied access_denied
            enterprise_is_restricted method_deprecated deprecated_endpoint unknown_method not_enabled is_bot
            no_permission
        """,
        Meaning.CHANNEL: """
            channel_not_found not_in_channel is_archived is_inactive channel_is_limited_access invalid_channel
            restricted_action_thread_locked
            restricted_action restricted_action_read_only_channel restricted_action_thread_only_channel
            restricted_action_non_threadable_channel method_not_supported_for_channel_type posting_to_channel_denied
            posting_to_general_channel_denied
        """,
        Meaning.PERSON: """
            user_not_found users_not_found user_disabled user_not_visible user_is_restricted user_is_ultra_restricted
            user_not_in_channel cannot_dm_bot messages_tab_disabled invalid_user_combination
        """,
        Meaning.MALFORMED: """
            invalid_arguments invalid_arg_name invalid_array_arg invalid_charset invalid_form_data invalid_post_type
            missing_post_type invalid_json json_not_object missing_argument msg_too_long no_text invalid_blocks
            invalid_blocks_format invalid_attachments too_many_attachments msg_blocks_too_long metadata_too_large
            invalid_metadata_format invalid_metadata_schema metadata_must_be_sent_from_app block_mismatch
            view_too_large invalid_cursor invalid_limit limit_required invalid_types too_long markdown_text_conflict
            invalid_ts_oldest invalid_ts_latest users_list_not_supplied no_user
        """,
    }.items()
    for word in words.split()
}

OF_METHOD: Mapping[str, Mapping[str, Meaning]] = {
    "chat.update": {
        "message_not_found": Meaning.FINAL,
        "cant_update_message": Meaning.FINAL,
        "edit_window_closed": Meaning.FINAL,
    },
    "chat.delete": {
        "message_not_found": Meaning.FINAL,
        "cant_delete_message": Meaning.FINAL,
        "compliance_exports_prevent_deletion": Meaning.FINAL,
    },
    "conversations.create": {"name_taken": Meaning.FINAL, "restricted_action": Meaning.METHOD},
    "conversations.replies": {"thread_not_found": Meaning.FINAL, "message_not_found": Meaning.FINAL},
    "conversations.invite": {
        "cant_invite_self": Meaning.PERSON,
        "already_in_channel": Meaning.PERSON,
        "cant_invite": Meaning.PERSON,
        "ura_max_channels": Meaning.PERSON,
        "org_user_not_in_team": Meaning.PERSON,
        "invitee_cant_see_channel": Meaning.PERSON,
        "no_external_invite_permission": Meaning.PERSON,
        "external_team_member_cannot_join": Meaning.PERSON,
        "app_cannot_join_channel": Meaning.PERSON,
    },
    "pins.add": {
        "already_pinned": Meaning.FINAL,
        "message_not_found": Meaning.FINAL,
        "not_pinnable": Meaning.FINAL,
        "too_many_pins": Meaning.FINAL,
    },
    "views.open": {
        "expired_trigger_id": Meaning.FINAL,
        "exchanged_trigger_id": Meaning.FINAL,
        "invalid_trigger_id": Meaning.FINAL,
        "trigger_expired": Meaning.FINAL,
        "trigger_exchanged": Meaning.FINAL,
        "duplicate_external_id": Meaning.FINAL,
        "view_too_large": Meaning.FINAL,
    },
    "views.update": {
        "hash_conflict": Meaning.FINAL,
        "not_found": Meaning.FINAL,
        "duplicate_external_id": Meaning.FINAL,
        "view_too_large": Meaning.FINAL,
    },
    "usergroups.list": {
        "paid_teams_only": Meaning.FINAL,
        "plan_upgrade_required": Meaning.FINAL,
        "not_allowed": Meaning.FINAL,
        "unknown_method": Meaning.FINAL,
    },
}
"""Where a word means something else, or is only answered, at one method."""


IN_A_CHANNEL = frozenset(
    {
        "chat.postMessage",
        "chat.update",
        "chat.delete",
        "chat.postEphemeral",
        "conversations.info",
        "conversations.history",
        "conversations.replies",
        "conversations.setTopic",
        "conversations.invite",
        "files.completeUploadExternal",
        "pins.add",
    }
)
"""Methods that act on one channel: there `no_permission` says that Daypass has to be let into it."""


def meaning_of(method: str, word: str) -> Meaning:
    """What this word means as an answer of this method."""
    if word == "no_permission" and method in IN_A_CHANNEL:
        return Meaning.CHANNEL
    return OF_METHOD.get(method, {}).get(word) or WORDS.get(word, Meaning.UNKNOWN)
