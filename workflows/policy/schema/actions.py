"""What a policy may say of an action of a step, and what is kept of it: which fields each kind takes, and what they name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from workflows.policy.fields import Name, Seconds, wrong
from workflows.policy.schema.block import Block
from workflows.policy.schema.services import Url
from workflows.policy.terms.snapshot import Snapshot

ActionKind = Literal["grant", "revoke", "freeze", "roll-back", "post", "webhook", "severity"]


@dataclass(frozen=True)
class ActionFields:
    """The fields that stand beside an action: all of `needed`, each with what is unclear without it and what to
    write, and any of `optional`."""

    needed: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    optional: tuple[str, ...] = ()


_WHOSE = ("needs a role", "add to: with a role")
FIELDS: Mapping[str, ActionFields] = {
    "grant": ActionFields({"to": _WHOSE, "lasting": ("needs a duration", "add lasting: 30m")}, ("drill",)),
    "revoke": ActionFields({"to": _WHOSE}),
    "freeze": ActionFields(),
    "roll_back": ActionFields(),
    "post": ActionFields(optional=("channel",)),
    "webhook": ActionFields(),
    "severity": ActionFields(),
}
"""By the field that says what the action is: its kind, with `_` for `-`."""
NAMES = {"to": "role", "freeze": "service", "roll_back": "service", "severity": "severity"}
"""Fields that name something of the bundle, and what."""
_BESIDE = tuple(dict.fromkeys(name for one in FIELDS.values() for name in (*one.needed, *one.optional)))


class ActionBlock(Block):
    """Exactly one action, with what belongs to it."""

    grant: Name | None = None
    revoke: Name | None = None
    freeze: Name | None = None
    roll_back: Name | None = None
    post: Annotated[str, Field(min_length=1, max_length=1_000)] | None = None
    webhook: Url | None = None
    severity: Name | None = None
    to: Name | None = None
    lasting: Seconds | None = None
    drill: Name | None = None
    channel: Name | None = None

    @property
    def what(self) -> str:
        """The field that says what it does."""
        return next(name for name in FIELDS if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _one_action(self) -> Self:
        written = [name for name in FIELDS if getattr(self, name) is not None]
        if len(written) != 1:
            raise wrong(f"an action does exactly one of {', '.join(FIELDS)}", "use one step for each")
        what, fields = written[0], FIELDS[written[0]]
        beside = [name for name in _BESIDE if getattr(self, name) is not None]
        if extra := [name for name in beside if name not in (*fields.needed, *fields.optional)]:
            raise wrong(f"“{what}” doesn't accept “{extra[0]}”", "remove it")
        for name, (unclear, meant) in fields.needed.items():
            if name not in beside:
                raise wrong(f"“{what}” {unclear}", meant)
        return self


class ActionTerms(Snapshot):
    """What a step does by itself. Which fields count depends on its kind; times are seconds."""

    kind: ActionKind
    entitlement: str = ""
    drill: str = ""
    """`grant`: the entitlement that a drill gives instead."""
    role: str = ""
    """`grant`, `revoke`: whose."""
    seconds: int = 0
    service: str = ""
    """`freeze`, `roll-back`."""
    text: str = ""
    channel: str = ""
    """`post`: a channel's id or #name; empty for the incident's own."""
    call: str = ""
    """`webhook`: its address."""
    severity: str = ""


def action_terms(block: ActionBlock, channels: Mapping[str, str]) -> ActionTerms:
    """Make what is kept of it; `channels` are the bundle's, by name."""
    return ActionTerms.model_validate(
        {
            "kind": block.what.replace("_", "-"),
            "entitlement": block.grant or block.revoke or "",
            "drill": block.drill or "",
            "role": block.to or "",
            "seconds": block.lasting or 0,
            "service": block.freeze or block.roll_back or "",
            "text": " ".join((block.post or "").split()),
            "channel": channels.get(block.channel or "", ""),
            "call": block.webhook or "",
            "severity": block.severity or "",
        }
    )
