"""What the sandbox is strict about besides counts, the page of Slack's that says so, and the test that tries it."""

from dataclasses import dataclass

DOCS = "https://docs.slack.dev"
METHOD = f"{DOCS}/reference/methods"
HERE = "tests/sandbox"


@dataclass(frozen=True)
class Behaviour:
    what: str
    page: str
    test: str


BEHAVIOURS = (
    Behaviour(
        "A call beyond the method's tier is answered with 429, `ratelimited` and `Retry-After`",
        f"{DOCS}/apis/web-api/rate-limits",
        f"{HERE}/test_rates.py::test_one_call_more_than_the_tier_allows_has_to_wait_for_the_minute_to_pass",
    ),
    Behaviour(
        "A second message into a channel within a second is answered with 429, `rate_limited` and `Retry-After`",
        f"{METHOD}/chat.postMessage",
        f"{HERE}/test_rates.py::test_one_message_a_second_goes_into_a_channel",
    ),
    Behaviour(
        "A page is at most as long as the method allows; it can be shorter, or empty, even if more follow",
        f"{DOCS}/apis/web-api/pagination",
        f"{HERE}/test_pages.py::test_no_page_is_longer_than_the_method_allows",
    ),
    Behaviour(
        "A cursor works only for the method that returned it; others get `invalid_cursor`",
        f"{DOCS}/apis/web-api/pagination",
        f"{HERE}/test_pages.py::test_a_cursor_of_another_method_is_refused",
    ),
    Behaviour(
        "More than a thousand people are listed only with a limit: `limit_required`",
        f"{METHOD}/users.list",
        f"{HERE}/test_large.py::test_without_a_limit_a_large_team_is_not_listed",
    ),
    Behaviour(
        "Archived channels are removed from a page after it was cut",
        f"{METHOD}/conversations.list",
        f"{HERE}/test_large.py::test_channels_come_in_pages_from_which_archived_ones_are_left_out",
    ),
    Behaviour(
        "A trigger opens one window",
        f"{METHOD}/views.open",
        f"{HERE}/test_windows.py::TestATrigger::test_opens_one_window",
    ),
    Behaviour(
        "A trigger works for three seconds",
        f"{DOCS}/interactivity/handling-user-interaction",
        f"{HERE}/test_windows.py::TestATrigger::test_lasts_three_seconds",
    ),
    Behaviour(
        "At most three windows are stacked",
        f"{METHOD}/views.push",
        f"{HERE}/test_windows.py::TestATrigger::test_stacks_no_more_than_three_windows",
    ),
    Behaviour(
        "A view of more than 250 kB is `view_too_large`",
        f"{METHOD}/views.publish",
        f"{HERE}/test_windows.py::TestAView::test_of_more_than_250_kilobytes_is_too_large",
    ),
    Behaviour(
        "A view that changed in between isn't replaced: `hash_conflict`",
        f"{METHOD}/views.update",
        f"{HERE}/test_windows.py::TestAView::test_is_changed_as_it_was_seen_or_not_at_all",
    ),
    Behaviour(
        "A response URL works five times within half an hour",
        f"{DOCS}/interactivity/handling-user-interaction",
        f"{HERE}/test_windows.py::TestAResponseUrl::test_answers_five_times",
    ),
    Behaviour(
        "Options that exceed a limit are all refused",
        f"{DOCS}/reference/interaction-payloads/block_suggestion-payload",
        f"{HERE}/test_windows.py::test_an_answer_of_too_many_options_is_not_cut_but_refused",
    ),
    Behaviour(
        "An element is accepted only in the blocks and surfaces that allow it",
        f"{DOCS}/reference/block-kit/block-elements",
        f"{HERE}/test_limits.py::TestWhatStandsWhere::test_a_message_that_slack_refuses",
    ),
    Behaviour(
        "A preselected option has to be one of the options",
        f"{DOCS}/reference/block-kit/block-elements/select-menu-element",
        f"{HERE}/test_limits.py::TestWhatStandsWhere::test_a_message_that_slack_refuses",
    ),
    Behaviour(
        "A `block_id` is unique in a message, an `action_id` in a block",
        f"{DOCS}/reference/block-kit/blocks",
        f"{HERE}/test_limits.py::TestWhatStandsWhere::test_names_of_blocks_and_elements_are_used_once",
    ),
    Behaviour(
        "A message's text beyond 40,000 characters is cut, with a warning",
        "https://api.slack.com/changelog/2018-04-truncating-really-long-messages",
        f"{HERE}/test_limits.py::test_a_text_beyond_40_000_characters_is_cut_with_a_warning",
    ),
    Behaviour(
        "Metadata has a type and a payload: `invalid_metadata_format`",
        f"{METHOD}/chat.postMessage",
        f"{HERE}/test_who_and_where.py::TestChannels::test_metadata_has_a_kind_and_a_payload",
    ),
    Behaviour(
        "A reply to a reply is refused: `cannot_reply_to_message`",
        f"{METHOD}/chat.postMessage",
        f"{HERE}/test_threads.py::TestAReply::test_has_no_replies_of_its_own",
    ),
    Behaviour(
        "A reply to a message that isn't there is posted in the channel, without `thread_ts`",
        "https://github.com/slack-go/slack/issues/1571",
        f"{HERE}/test_threads.py::TestAReply::test_to_what_is_not_there_is_posted_in_the_channel",
    ),
    Behaviour(
        "A reply is in its thread, and with `reply_broadcast` in the channel too. `reply_broadcast` needs `thread_ts`",
        f"{METHOD}/chat.postMessage",
        f"{HERE}/test_threads.py::TestAReply::test_that_is_broadcast_stands_in_both",
    ),
    Behaviour(
        "A message is pinned once, and until it is deleted: `already_pinned`",
        f"{METHOD}/pins.add",
        f"{HERE}/test_pins.py::test_a_message_is_pinned_once_and_until_it_is_deleted",
    ),
    Behaviour(
        "A deleted message with replies leaves a tombstone, and its thread goes on",
        f"{METHOD}/chat.delete",
        f"{HERE}/test_threads.py::test_a_deleted_message_leaves_its_thread_behind",
    ),
    Behaviour(
        "Only its author can change a message, with the channel's id, not a person's",
        f"{METHOD}/chat.update",
        f"{HERE}/test_who_and_where.py::TestChannels::test_a_message_is_changed_by_the_channels_id_and_by_its_author",
    ),
    Behaviour(
        "An archived channel accepts nothing: `is_archived`, `is_inactive`",
        f"{METHOD}/chat.update",
        f"{HERE}/test_who_and_where.py::TestChannels::test_an_archived_one_takes_nothing",
    ),
    Behaviour(
        "A channel without the app accepts nothing: `not_in_channel`",
        f"{METHOD}/chat.postMessage",
        f"{HERE}/test_who_and_where.py::TestChannels::test_one_that_the_app_was_put_out_of_takes_nothing",
    ),
    Behaviour(
        "A private channel without the app doesn't exist for it, but its name is taken",
        f"{METHOD}/conversations.list",
        f"{HERE}/test_who_and_where.py::TestChannels::test_a_private_one_that_the_app_is_not_in_does_not_exist",
    ),
    Behaviour(
        "Lists of people include deactivated people, bots, guests, strangers and people of other teams",
        f"{DOCS}/reference/objects/user-object",
        f"{HERE}/test_who_and_where.py::TestPeople::test_the_list_has_leavers_bots_and_guests_in_it",
    ),
    Behaviour(
        "Direct messages to deactivated people or strangers fail: `user_disabled`, `user_not_visible`",
        f"{METHOD}/conversations.open",
        f"{HERE}/test_who_and_where.py::TestPeople::test_direct_messages_are_opened_with_those_who_are_here",
    ),
    Behaviour(
        "People who can't be invited are named with the reason; with `force`, the others are invited",
        f"{METHOD}/conversations.invite",
        f"{HERE}/test_who_and_where.py::TestPeople::test_everybody_else_is_not_invited_and_slack_says_why",
    ),
    Behaviour(
        "A single-channel guest has one channel: `ura_max_channels`",
        f"{METHOD}/conversations.invite",
        f"{HERE}/test_who_and_where.py::TestPeople::test_a_single_channel_guest_has_one_channel",
    ),
    Behaviour(
        "Disabled user groups and members are listed on request; members can be deactivated people",
        f"{METHOD}/usergroups.list",
        f"{HERE}/test_who_and_where.py::TestPeople::test_disabled_groups_and_members_are_told_on_request",
    ),
    Behaviour(
        "In an organization, an app installed for all teams gets no team in events, and has to name one",
        f"{DOCS}/enterprise",
        f"{HERE}/test_who_and_where.py::test_an_app_of_a_whole_organization_says_which_team_it_means",
    ),
    Behaviour(
        "Every method answers a revoked token with its error code",
        f"{DOCS}/reference/events/tokens_revoked",
        f"{HERE}/test_who_and_where.py::test_a_token_that_was_taken_away_is_good_for_nothing",
    ),
    Behaviour(
        "Texts and blocks are returned differently than sent: defaults spelled out, emoji by name, links marked",
        f"{DOCS}/reference/block-kit/composition-objects/text-object",
        "tests/slack/test_canonical.py::test_rewriting_is_done_once_and_known_either_way",
    ),
)
