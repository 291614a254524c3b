"""The window in which a credential is handed over: while it is made, when it is there, and when there is none."""

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.slack.access import texts
from bot.slack.access.pasteable import Handed, program_line, python_line, unwrap_lines, variables_line
from bot.slack.blocks import code, fine_print, section, sections
from bot.slack.mrkdwn import moment, plain
from workflows.access.confirmation import spell_irrevocable
from workflows.access.decide_grant import NOTICEABLE
from workflows.access.state import Access
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
    """Hands over a wrapping token: in lines to paste, and with how to unwrap it and connect by hand.

    `connection` is how to connect under the policy in force; without it there are no lines.
    """
    return _view([*login_blocks(state, minted, vault_addr, connection), fine_print(texts.INVALID_TOKEN)])


def login_blocks(
    state: Access, minted: Minted, vault_addr: str, connection: Connection | None, brief: bool = False
) -> list[Block]:
    """One login, in lines to paste and with how to unwrap it; `brief` leaves that out where there are lines."""
    assert state.grant is not None
    handed = Handed(vault_addr, minted.wrapping_token.get_secret_value(), connection or Connection())
    how_long = spell_duration(minted.wrapped_for)
    lines = _lines(handed)
    found = [
        section(f"*{plain(state.terms.title)}*. {_when_it_ends(state, minted)}"),
        *([section(texts.PASTE.format(seconds=how_long)), *lines] if lines else []),
    ]
    if lines and brief:
        return found
    by_openbao, by_vault = unwrap_lines(handed)
    return [
        *found,
        section(texts.UNWRAP_INSTEAD if lines else texts.UNWRAP.format(seconds=how_long)),
        *code(by_openbao),
        section(texts.UNWRAP_WITH_VAULT),
        *code(by_vault),
        section(texts.CONNECT),
        *(code(state.terms.connect.strip()) or [section(texts.CONNECT_AS_USUAL)]),
    ]


def _lines(handed: Handed) -> list[Block]:
    """One for each way to use the login that the policy tells and that fits into one block."""
    found = (
        (texts.PASTE_PROGRAM, program_line(handed)),
        (texts.PASTE_VARIABLES, variables_line(handed)),
        (texts.PASTE_PYTHON, python_line(handed)),
    )
    return [
        block
        for label, line in found
        if line and len(shown := code(line)) == 1
        for block in (section(label), *shown)
    ]


def _when_it_ends(state: Access, minted: Minted) -> str:
    assert state.grant is not None
    if state.terms.vault.static:
        return texts.STAYS_KNOWN.format(at=moment(state.grant.ends_at))
    sentences = [texts.LOGIN_EXPIRES.format(at=moment(minted.expires_at))]
    if minted.expires_at < state.grant.ends_at - NOTICEABLE:
        sentences.append(texts.ACCESS_ENDS_LATER.format(at=moment(state.grant.ends_at)))
    if irrevocable := spell_irrevocable(state.terms):
        sentences.append(texts.WORKS_ANYWAY.format(why=irrevocable))
    return " ".join(sentences)


def _next_step(left_behind: bool) -> str:
    return f"{'' if left_behind else texts.NOTHING_LEFT}{texts.PRESS_AGAIN}"


def _view(blocks: list[Block]) -> View:
    return View(type="modal", callback_id=CREDENTIAL, title="Credentials", close="Done", blocks=blocks)
