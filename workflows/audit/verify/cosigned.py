"""Checks which checkpoints of an export enough witnesses have cosigned: who has only one of two histories shows in that."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from workflows.audit.tlog.checkpoint import Opened
from workflows.audit.tlog.note import NoteError, cosigners
from workflows.audit.witness.witness import WitnessPolicy


@dataclass(frozen=True)
class Cosigned:
    """What witnesses have cosigned: the first `size` events, by `names`, the last of them at `at`.

    None of it if no checkpoint has enough cosignatures.
    """

    quorum: int
    witnesses: int
    size: int
    names: tuple[str, ...]
    at: datetime | None
    faults: tuple[str, ...]


def cosigned_by(
    files: Mapping[str, bytes], opened: Mapping[str, Opened], policy: WitnessPolicy | None
) -> Cosigned | None:
    """Find the newest checkpoint that has its quorum; `files` and `opened` are the export's checkpoints, by path.

    None without a policy.
    """
    if policy is None:
        return None
    faults: list[str] = []
    best: tuple[int, dict[str, datetime]] | None = None
    for path, given in opened.items():
        try:
            found = {key.name: at for key, at in cosigners(files[path], policy.keys).items()}
        except NoteError as error:
            faults.append(f"{path} has a cosignature that isn't what it says. {error}")
            continue
        if len(found) >= policy.quorum and (best is None or given.checkpoint.size >= best[0]):
            best = given.checkpoint.size, found
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
    return lines
