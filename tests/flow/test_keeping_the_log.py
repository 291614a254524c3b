"""Keeping the log twice at once, as an operator's tools and the periodic job may: nothing recorded before is left out."""

import asyncio

from tests.flow.deeds import ask
from tests.flow.office import Office
from workflows.audit.sequencer import last_head
from workflows.audit.signer import Signer


class Waiting:
    """Signs when it is let."""

    def __init__(self, signer: Signer) -> None:
        self.signer, self.asked, self.may = signer, asyncio.Event(), asyncio.Event()

    async def sign(self, message: bytes) -> tuple[int, bytes]:
        self.asked.set()
        await self.may.wait()
        return await self.signer.sign(message)

    async def public_keys(self) -> dict[int, bytes]:
        return await self.signer.public_keys()


async def test_the_second_covers_what_the_first_left(office: Office) -> None:
    jobs = office.daypass.jobs
    first = Waiting(jobs.signer)
    await ask(office)
    jobs.signer = first
    keeping = asyncio.create_task(jobs.keep_log())
    await first.asked.wait()

    await ask(office)
    happened = len(await office.log())
    second = jobs.signer = Waiting(first.signer)
    keeping_again = asyncio.create_task(jobs.keep_log())
    await asyncio.sleep(0.3)
    first.may.set()
    await keeping
    second.may.set()
    await keeping_again

    head = await last_head(office.daypass.store)
    assert head is not None
    assert head.size >= happened
