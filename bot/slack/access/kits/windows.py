"""The windows of a kit: what is approved of it, and the credentials of all that is active."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.slack.access import texts as access_texts
from bot.slack.access.credential_modal import CREDENTIAL, login_blocks
from bot.slack.access.details import facts_of, fine_print_of
from bot.slack.access.kits import texts
from bot.slack.access.kits.cards import shown
from bot.slack.access.status import condition_lines
from bot.slack.blocks import fine_print, form_modal, section, sections
from bot.slack.layout import Facts, Prose
from bot.slack.mrkdwn import mention, plain
from workflows.access.kits.whole import WholeKit
from workflows.access.state import Access
from workflows.policy.schema.connect import Connection
from workflows.ports import Minted

CONFIRMATION = "access.kit-confirmation"
MAX_FACT_CHARS = 1_900


def confirmation_modal(kit: WholeKit, theirs: Sequence[Access]) -> View:
    """All that this approver approves of it, from what is stored; pressing Approve here is the review."""
    blocks: list[Block] = [
        section(texts.CONFIRM.format(who=mention(kit.requester), kit=plain(kit.named.title)))
    ]
    for one in theirs:
        blocks += [
            section(f"*{plain(one.terms.title)}*"),
            *Facts(facts_of(one)).draw(MAX_FACT_CHARS).blocks,
            *sections(*condition_lines(one)),
            fine_print(fine_print_of(one)),
        ]
    blocks += [*Prose("Why", kit.justification).whole(), fine_print(access_texts.CONFIRM)]
    return form_modal(CONFIRMATION, shown(kit).value, "Confirm approval", "Approve", blocks)


def credentials_modal(parts: Sequence[Sequence[Block]]) -> View:
    """What there is of each entitlement: its login, why there is none, or that it is being created."""
    blocks = [block for part in parts for block in part]
    return View(
        type="modal",
        callback_id=CREDENTIAL,
        title="Credentials",
        close="Done",
        blocks=[*blocks, fine_print(access_texts.INVALID_TOKEN)],
    )


def minting_part(access: Access) -> list[Block]:
    """Stands for a login that is being created."""
    return [section(texts.MINTING_ONE.format(what=plain(access.terms.title)))]


def failure_part(access: Access, sentence: str) -> list[Block]:
    """Says why there is no login for this one."""
    return [section(texts.NO_LOGIN.format(what=plain(access.terms.title), why=plain(sentence)))]


def login_part(access: Access, minted: Minted, vault_addr: str, connection: Connection | None) -> list[Block]:
    """Hands one login over, in lines to paste, or with how to unwrap it where there are none."""
    return login_blocks(access, minted, vault_addr, connection)
