"""Witnesses of the log, by the setting that names them: an address and a public key each."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator

from integrations.egress import Reach
from integrations.http_client import Guard, guarded_client
from integrations.witnesses.http import MAX_ANSWER_BYTES, HttpWitness
from workflows.audit.tlog.note import PLAIN, NoteError, VerifierKey, read_verifier_key

WITHIN_SECONDS = 10.0
"""Seconds in which a witness answers."""


@dataclass(frozen=True)
class NamedWitness:
    """Where a witness is, and what it cosigns with."""

    url: str
    key: VerifierKey


def read_witnesses(named: object) -> object:
    """Read `https://witness.example name+id+key, …`: addresses and keys. Raises ValueError with a sentence."""
    if not isinstance(named, str):
        return named
    found = []
    for given in filter(None, (one.strip() for one in named.split(","))):
        url, _, key = given.partition(" ")
        if not url.startswith(("https://", "http://")) or not key:
            raise ValueError(f"“{given[:80]}” isn't a witness; write its address, a space and its public key")
        try:
            read = read_verifier_key(key.strip())
        except NoteError as error:
            raise ValueError(f"the public key of the witness at {url[:80]} can't be read: {error}") from None
        if read.kind == PLAIN:
            raise ValueError(f"the public key of the witness at {url[:80]} isn't one for cosignatures")
        found.append(NamedWitness(url.rstrip("/"), read))
    names = [one.key.name for one in found]
    if len(set(names)) != len(names):
        raise ValueError("two witnesses have the same name; each counts once, so leave one out")
    return tuple(found)


NamedWitnesses = Annotated[tuple[NamedWitness, ...], BeforeValidator(read_witnesses)]


@asynccontextmanager
async def open_witnesses(
    named: Sequence[NamedWitness], reach: Reach
) -> AsyncIterator[tuple[HttpWitness, ...]]:
    """The witnesses; none of them has to answer yet."""
    async with guarded_client(Guard(reach), max_bytes=MAX_ANSWER_BYTES, seconds=WITHIN_SECONDS) as client:
        yield tuple(HttpWitness(one.url, one.key, client) for one in named)
