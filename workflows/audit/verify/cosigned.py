"""Checks which checkpoints of an export enough witnesses have cosigned: who has only one of two histories shows in that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from workflows.audit.tlog.checkpoint import Opened
from workflows.audit.tlog.note import NoteError, cosigners
from workflows.audit.witness.witness import WitnessPolicy

_SHOWN = 40
"""Checkpoints without their quorum that are named."""


@dataclass(frozen=True)
class Lacking:
    """A checkpoint that not enough witnesses have cosigned: its path, how many events it signs, and who did."""

    path: str
    size: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class Cosigned:
    """What witnesses have cosigned: the first `size` events, by `names`, the last of them at `at`.

    None of it if no checkpoint has enough cosignatures; `lacking` are all those that haven't.
    """

    quorum: int
    witnesses: int
    size: int
    names: tuple[str, ...]
    at: datetime | None
    faults: tuple[str, ...]
    lacking: tuple[Lacking, ...] = ()


def cosigned_by(
    files: Mapping[str, bytes], opened: Mapping[str, Opened], policy: WitnessPolicy | None
) -> Cosigned | None:
    """Find the newest checkpoint that has its quorum; `files` and `opened` are the export's checkpoints, by path.

    None without a policy.
    """
    if policy is None:
        return None
    faults: list[str] = []
    lacking: list[Lacking] = []
    best: tuple[int, dict[str, datetime]] | None = None
    for path, given in opened.items():
        try:
            found = {key.name: at for key, at in cosigners(files[path], policy.keys).items()}
        except NoteError as error:
            faults.append(f"{path} has a cosignature that isn't what it says. {error}")
            continue
        size = given.checkpoint.size
        if len(found) < policy.quorum:
            lacking.append(Lacking(path, size, tuple(sorted(found))))
        elif best is None or size >= best[0]:
            best = size, found
    if best is None:
        faults.append(
            f"No checkpoint here is cosigned by {policy.quorum} of the {len(policy.keys)} witnesses given: they may have "
            "been shown another history. Ask each of them for the newest checkpoint that it cosigned."
        )
    size, by = best or (0, {})
    return Cosigned(
        policy.quorum,
        len(policy.keys),
        size,
        tuple(sorted(by)),
        max(by.values(), default=None),
        tuple(faults),
        tuple(lacking),
    )


def cosigned_lines(cosigned: Cosigned, size: int) -> list[str]:
    """What there is to say of it to a person, for a log of `size` events."""
    if not cosigned.names:
        return []
    at = cosigned.at.isoformat(sep=" ", timespec="seconds") if cosigned.at else "an unknown time"
    lines = [
        f"The first {cosigned.size} events are cosigned by {len(cosigned.names)} of {cosigned.witnesses} witnesses "
        f"({', '.join(cosigned.names)}), last at {at}."
    ]
    if cosigned.size < size:
        lines.append(f"The newest {size - cosigned.size} events aren't cosigned yet.")
    return [*lines, *_lacking_lines(cosigned)]


def _lacking_lines(cosigned: Cosigned) -> list[str]:
    """Each checkpoint without its quorum. One that a later one covers is no fault: witnesses go to the newest there is."""
    if not cosigned.lacking:
        return []
    number, more = len(cosigned.lacking), len(cosigned.lacking) - _SHOWN
    first = "1 checkpoint isn't" if number == 1 else f"{number} checkpoints aren't"
    return [
        f"{first} cosigned by {cosigned.quorum} of the {cosigned.witnesses} witnesses:",
        *(_lacking_line(one, cosigned.size) for one in cosigned.lacking[-_SHOWN:]),
        *([f"- … and {more} older ones."] if more > 0 else []),
    ]


def _lacking_line(one: Lacking, cosigned_size: int) -> str:
    by = f"cosigned by {', '.join(one.names)}" if one.names else "cosigned by none of them"
    covered = "; a later one covers it" if one.size <= cosigned_size else ""
    return f"- {one.path} of {one.size} events: {by}{covered}."
