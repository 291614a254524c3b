"""The window in which a credential is handed over: while it is made, when it is there, and when there is none."""

from datetime import datetime

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.slack.access import texts
from bot.slack.access.pasteable import Handed
from bot.slack.access.vault_quorum import waiting_blocks
from bot.slack.access.ways import LOGIN, choosing, ways_of
from bot.slack.blocks import fine_print, section, sections
from bot.slack.button_values import HandedOver
from bot.slack.mrkdwn import moment, plain
from workflows.access.confirmation import spell_irrevocable
from workflows.access.decide_grant import NOTICEABLE
from workflows.access.state import Access
from workflows.access.vault_quorum.state import VaultRequest
from workflows.durations import spell_duration
from workflows.policy.schema.connect import Connection
from workflows.ports import Minted

CREDENTIAL = "access.credential"


def minting_modal(state: Access) -> View:
    """Shown before Vault is asked, and while it mints."""
    return _view(
        [
            section(texts.MINTING.format(what=plain(state.terms.title))),
            fine_print(texts.STILL_MINTING),
        ]
    )


def waiting_modal(state: Access, asked: VaultRequest) -> View:
    """Shown while Vault's own approvers are asked."""
    return _view(waiting_blocks(state, asked))


def failure_modal(sentence: str, left_behind: bool = False) -> View:
    """Shown when no credential could be minted; `left_behind`: something may be that can't be taken back."""
    return _view(
        sections(
            f":warning: *{texts.NO_CREDENTIALS}*",
            plain(sentence),
            _next_step(left_behind),
        )
    )


def failure_words(sentence: str, left_behind: bool = False) -> str:
    """The same in words, where there is no window to say it in."""
    return f"{texts.NO_CREDENTIALS} {sentence} {_next_step(left_behind).replace('*', '')}"


def credential_modal(
    state: Access, minted: Minted, vault_addr: str, connection: Connection | None = None
) -> View:
    """Hands over a wrapping token, with the one line to paste for what most people use it with.

    `connection` is how to connect under the policy in force; without it there are no lines.
    """
    token = minted.wrapping_token.get_secret_value()
    handed = HandedOver(state.id, vault_addr, token, minted.wrapped_for, minted.expires_at)
    return handing_over(state, handed, connection)


def handing_over(state: Access, handed: HandedOver, connection: Connection | None, chosen: str = "") -> View:
    """The same window for the way to use it that is chosen; for the usual one if that isn't there."""
    ways = ways_of(state, Handed(handed.vault_addr, handed.token, connection or Connection()))
    name = chosen if chosen in ways else next(iter(ways))
    said = ways[name].said.format(seconds=spell_duration(handed.seconds))
    return _view(
        [
            _headline(state, handed.expires_at),
            choosing(said, ways, name) if len(ways) > 1 else section(said),
            *ways[name].blocks,
            fine_print(texts.INVALID_TOKEN),
        ],
        handed.value,
    )


def login_blocks(
    state: Access, minted: Minted, vault_addr: str, connection: Connection | None
) -> list[Block]:
    """One login beside others: in lines to paste, or how to unwrap it where there are none."""
    handed = Handed(vault_addr, minted.wrapping_token.get_secret_value(), connection or Connection())
    ways = ways_of(state, handed)
    by_hand = ways.pop(LOGIN)
    said = texts.PASTE if ways else by_hand.said
    return [
        _headline(state, minted.expires_at),
        section(said.format(seconds=spell_duration(minted.wrapped_for))),
        *(block for way in [*ways.values()] or [by_hand] for block in way.blocks),
    ]


def _headline(state: Access, expires_at: datetime) -> Block:
    return section(f"*{plain(state.terms.title)}*. {_when_it_ends(state, expires_at)}")


def _when_it_ends(state: Access, expires_at: datetime) -> str:
    assert state.grant is not None
    if state.terms.vault.static:
        return texts.STAYS_KNOWN.format(at=moment(state.grant.ends_at))
    sentences = [texts.LOGIN_EXPIRES.format(at=moment(expires_at))]
    if expires_at < state.grant.ends_at - NOTICEABLE:
        sentences.append(texts.ACCESS_ENDS_LATER.format(at=moment(state.grant.ends_at)))
    if irrevocable := spell_irrevocable(state.terms):
        sentences.append(texts.WORKS_ANYWAY.format(why=irrevocable))
    return " ".join(sentences)


def _next_step(left_behind: bool) -> str:
    return f"{'' if left_behind else texts.NOTHING_LEFT}{texts.PRESS_AGAIN}"


def _view(blocks: list[Block], carried: str | None = None) -> View:
    return View(
        type="modal",
        callback_id=CREDENTIAL,
        title="Credentials",
        close="Done",
        private_metadata=carried,
        blocks=blocks,
    )
