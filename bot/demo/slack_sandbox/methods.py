"""The methods of Slack's Web API that the sandbox answers: how often, in which pages, with which error words.

Source, method by method: https://docs.slack.dev/reference/methods/NAME; what the tiers mean:
https://docs.slack.dev/apis/web-api/rate-limits; what every method may answer: the errors common to all pages.
"""

from dataclasses import dataclass

REFERENCE = "https://docs.slack.dev/reference/methods"
RATE_LIMITS = "https://docs.slack.dev/apis/web-api/rate-limits"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


COMMON = _words(
    """access_denied accesslimited account_inactive deprecated_endpoint ekm_access_denied
    enterprise_is_restricted fatal_error internal_error invalid_arg_name invalid_arguments invalid_array_arg
    invalid_auth invalid_charset invalid_form_data invalid_post_type method_deprecated missing_post_type
    missing_scope no_permission not_allowed_token_type not_authed org_login_required ratelimited
    request_timeout service_unavailable team_access_not_granted team_added_to_org token_expired token_revoked
    two_factor_setup_required"""
)
"""Words that Slack documents for every method."""


@dataclass(frozen=True)
class Tier:
    """How often an app may call a method in one workspace."""

    name: str
    per_minute: int


TIER_2 = Tier("Tier 2", 20)
TIER_3 = Tier("Tier 3", 50)
TIER_4 = Tier("Tier 4", 100)
POSTING = Tier("Special: one message a second a channel, and several hundred a minute", 300)
HUNDREDS = Tier("Special: hundreds a minute", 300)


@dataclass(frozen=True)
class Pages:
    """How a method's list is cut into pages."""

    by_itself: int | None
    """Items where no limit is given; None: all, up to the maximum, beyond which a limit is asked for."""
    at_most: int
    wrong_limit: str = "invalid_limit"
    """The word for a limit that is no number, or none above zero."""


@dataclass(frozen=True)
class Method:
    """One method. `own_words` come on top of those common to all."""

    name: str
    tier: Tier
    own_words: frozenset[str] = frozenset()
    pages: Pages | None = None

    @property
    def page(self) -> str:
        """Where Slack documents it."""
        return f"{REFERENCE}/{self.name}"

    @property
    def words(self) -> frozenset[str]:
        """Every error word that Slack documents for it."""
        return COMMON | self.own_words


LISTING = "invalid_cursor invalid_limit invalid_types method_not_supported_for_channel_type missing_argument"
VIEW = "duplicate_external_id view_too_large"
TRIGGER = "exchanged_trigger_id expired_trigger_id invalid_trigger_id"
HISTORY = "channel_is_limited_access channel_not_found invalid_cursor invalid_metadata_filter_keys invalid_ts_latest"
CONTENT = """invalid_blocks invalid_blocks_format markdown_text_conflict message_limit_exceeded msg_too_long
    no_text too_many_attachments"""
SHARING = """slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked"""
METADATA = "invalid_metadata_format invalid_metadata_schema metadata_must_be_sent_from_app metadata_too_large"


def _method(name: str, tier: Tier, words: str = "", pages: Pages | None = None) -> Method:
    return Method(name, tier, _words(words), pages)


METHODS = {
    method.name: method
    for method in (
        _method("api.test", TIER_4),
        _method("auth.test", HUNDREDS),
        _method(
            "chat.postMessage",
            POSTING,
            f"""{CONTENT} {SHARING} {METADATA} as_user_not_supported attachment_payload_limit_exceeded
            cannot_reply_to_message channel_not_found draft_already_deleted draft_already_sent
            draft_has_conflict draft_not_found duplicate_channel_not_found duplicate_message_not_found is_archived
            messages_tab_disabled missing_file_data msg_blocks_too_long not_in_channel rate_limited
            restricted_action restricted_action_non_threadable_channel restricted_action_read_only_channel
            restricted_action_thread_locked restricted_action_thread_only_channel
            slack_connect_lists_sharing_blocked team_not_found too_many_contact_cards""",
        ),
        _method(
            "chat.update",
            TIER_3,
            f"""{CONTENT} {SHARING} {METADATA} as_user_not_supported block_mismatch blocked_file_type
            cant_broadcast_message cant_update_message channel_not_found edit_window_closed
            external_channel_migrating file_deleted file_is_deleted file_not_found file_share_limit_reached
            invalid_attachments is_inactive max_file_sharing_exceeded message_not_found
            no_dual_broadcast_content_update posting_to_channel_denied slack_connect_blocked_file_type
            slack_connect_clip_sharing_blocked slack_connect_file_upload_sharing_blocked
            streaming_state_conflict team_not_found unable_to_share_files update_failed""",
        ),
        _method("chat.delete", TIER_3, "cant_delete_message channel_not_found message_not_found"),
        _method(
            "chat.postEphemeral",
            TIER_4,
            f"""{CONTENT} cannot_reply_to_message channel_not_found invalid_attachments is_archived
            messages_tab_disabled not_in_channel restricted_action user_not_in_channel""",
        ),
        _method(
            "conversations.open",
            TIER_3,
            """channel_not_found invalid_user_combination method_not_supported_for_channel_type
            not_enough_users too_many_users user_disabled user_not_found user_not_visible
            users_list_not_supplied""",
        ),
        _method("conversations.list", TIER_2, LISTING, Pages(100, 999)),
        _method("conversations.info", TIER_3, "channel_is_limited_access channel_not_found"),
        _method(
            "conversations.history",
            TIER_3,
            f"{HISTORY} invalid_ts_oldest not_in_channel",
            Pages(100, 999, "invalid_arguments"),
        ),
        _method(
            "conversations.replies",
            TIER_3,
            f"""{HISTORY} invalid_ts_oldest list_record_comment_fetch_failed
            method_not_supported_for_channel_type thread_not_found""",
            Pages(1000, 1000, "invalid_arguments"),
        ),
        _method(
            "conversations.members",
            TIER_4,
            """channel_not_found fetch_members_failed invalid_cursor invalid_limit
            method_not_supported_for_channel_type""",
            Pages(100, 1000),
        ),
        _method(
            "conversations.create",
            TIER_2,
            """cannot_create_channel canvas_disabled_user_team invalid_name invalid_name_maxlength
            invalid_name_punctuation invalid_name_required invalid_name_specials missing_argument name_taken
            no_channel restricted_action""",
        ),
        _method(
            "conversations.setTopic",
            TIER_2,
            """channel_not_found is_archived method_not_supported_for_channel_type not_in_channel too_long
            user_is_restricted""",
        ),
        _method(
            "conversations.invite",
            TIER_3,
            """already_in_channel cant_invite cant_invite_self channel_not_found external_channel_migrating
            invitee_cant_see_channel is_archived method_not_supported_for_channel_type
            no_external_invite_permission no_user not_in_channel org_user_not_in_team ura_max_channels
            user_is_restricted user_not_found""",
        ),
        _method(
            "files.getUploadURLExternal",
            TIER_4,
            """alt_txt_too_large file_type_not_allowed file_upload_size_restricted file_uploads_disabled
            file_uploads_except_images_disabled missing_argument snippet_too_large storage_limit_reached
            unknown_snippet_type unknown_subtype""",
        ),
        _method(
            "files.completeUploadExternal",
            TIER_4,
            """channel_not_found channels_limit_exceeded file_not_found file_type_not_allowed
            file_update_failed file_uploads_except_images_disabled invalid_blocks invalid_channel
            not_in_channel posting_to_channel_denied""",
        ),
        _method(
            "pins.add",
            TIER_2,
            """already_pinned bad_timestamp channel_not_found external_channel_migrating file_not_found
            file_not_shared message_not_found no_item_specified not_in_channel not_pinnable restricted_action
            too_many_pins""",
        ),
        _method("pins.list", TIER_2, "channel_not_found"),
        _method(
            "team.info",
            TIER_3,
            """enterprise_not_found fail_to_get_teams_for_restricted_user missing_user org_not_found
            team_not_found team_not_on_enterprise user_not_found""",
        ),
        _method(
            "usergroups.list",
            TIER_2,
            "invalid_cursor invalid_team missing_argument plan_upgrade_required users_not_found",
        ),
        _method("users.conversations", TIER_3, LISTING, Pages(100, 999)),
        _method("users.info", TIER_4, "too_many_users user_not_found user_not_visible"),
        _method(
            "users.list",
            TIER_2,
            "invalid_cursor limit_required missing_argument",
            Pages(None, 1000, "invalid_arguments"),
        ),
        _method("users.lookupByEmail", TIER_3, "users_not_found"),
        _method("views.open", TIER_4, f"{VIEW} {TRIGGER}"),
        _method("views.push", TIER_4, f"{VIEW} {TRIGGER} not_found push_limit_reached"),
        _method("views.update", TIER_4, f"{VIEW} hash_conflict not_found"),
        _method(
            "views.publish",
            TIER_4,
            f"{VIEW} hash_conflict missing_profile_id not_enabled not_implemented",
        ),
    )
}
