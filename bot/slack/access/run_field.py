"""The field of the form that names the run with which access ends; shown to whoever typed one."""

from collections.abc import Sequence

from slack_sdk.models.blocks import InputBlock, PlainTextInputElement

from bot.slack.access import texts
from workflows.access.runs import RUN_FIELD

MAX_RUN_CHARS = 150


def run_field(named: str) -> list[InputBlock]:
    """The field with what was typed; none if nothing was."""
    if not named:
        return []
    element = PlainTextInputElement(
        action_id=RUN_FIELD, initial_value=named[:MAX_RUN_CHARS], max_length=MAX_RUN_CHARS
    )
    return [
        InputBlock(block_id=RUN_FIELD, label="Until run", hint=texts.RUN_HINT, optional=True, element=element)
    ]


def leading_run(words: Sequence[str]) -> tuple[str, list[str]]:
    """The run that these words begin with, as in `until run abc`, and the words behind it; empty if there is none."""
    folded = [word.casefold() for word in words[:3]]
    if len(words) >= 3 and folded[:2] == ["until", "run"]:
        return words[2], [*words[3:]]
    if len(words) >= 2 and folded[0] in ("until-run", "--until-run"):
        return words[1], [*words[2:]]
    return "", [*words]
