"""Whom the cards of something decided in stages are for."""

from dataclasses import dataclass
from typing import Literal

from workflows.approval.approvers import approvers_of
from workflows.approval.staged import Staged
from workflows.ports import Directory

Role = Literal["requester", "approver", "alarm"]


@dataclass(frozen=True)
class Audience:
    """Somebody a card is for. `place` is `person:<id>` or `channel:<id or #name>`."""

    role: Role
    place: str


def audiences(state: Staged, directory: Directory, *, alone: bool = False) -> tuple[Audience, ...]:
    """Whose cards it has, in the order in which they are drawn; `alone`: the requester's and no other.

    A delegate has one of their own: they may not be in the channel.
    """
    told = sorted(directory.told_for(state.requester))
    found = [Audience("requester", f"person:{one}") for one in told]
    for stage in () if alone else state.terms.stages:
        if stage.notify in ("channel", "both"):
            found.append(Audience("approver", f"channel:{stage.channel}"))
        people = approvers_of(stage, state, directory)
        if stage.notify == "channel":
            people &= {one.delegate for one in directory.away.values()}
        found += [Audience("approver", f"person:{one}") for one in sorted(people)]
    return tuple(dict.fromkeys(found))
