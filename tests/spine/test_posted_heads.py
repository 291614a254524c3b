"""Before Daypass signs, it reads back what its sinks have, and waits for none that doesn't answer."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.wiring.posted_heads import AGAIN_SECONDS, PostedHeads
from tests.spine.test_sequence import ORIGIN, Key, checkpoint_of_another_log
from workflows.audit.growth import Growth, SeenTree
from workflows.audit.sequencer import Head
from workflows.ports import Retryable


@dataclass(eq=False)
class Sink:
    """Answers with `texts`, fails with `error`, or never answers while it `hangs`."""

    where: str
    texts: Sequence[str] = ()
    error: Retryable | None = None
    hangs: bool = False
    asked: int = 0

    async def keep(self, head: Head) -> None:
        raise NotImplementedError

    async def kept(self) -> Sequence[str]:
        self.asked += 1
        if self.hangs:
            await asyncio.Event().wait()
        if self.error:
            raise self.error
        return self.texts


class Learning(Growth):
    """Says which sinks it has learned from, and which sizes."""

    def __init__(self) -> None:
        super().__init__()
        self.learned: list[tuple[str, int]] = []

    def learn(self, heads: Iterable[SeenTree]) -> None:
        self.learned += [(one.where, one.size) for one in heads]


async def test_a_sink_that_does_not_answer_holds_up_signing_once_and_is_asked_again_later() -> None:
    key, growth, now = Key(), Learning(), [0.0]
    note = (await checkpoint_of_another_log(key)).strip()
    answering, hanging = Sink("the channel", [note]), Sink("the bucket", [note], hangs=True)
    posted = PostedHeads([hanging, answering], key, growth, seconds=0.01, monotonic=lambda: now[0])
    await posted.learn(ORIGIN)
    assert growth.learned == [("the channel", 5)]
    await posted.learn(ORIGIN)
    assert (hanging.asked, answering.asked) == (1, 1), "no checkpoint waits for it a second time"
    now[0] += AGAIN_SECONDS + 1
    hanging.hangs = False
    await posted.learn(ORIGIN)
    await posted.learn(ORIGIN)
    assert growth.learned == [("the channel", 5), ("the bucket", 5)]
    assert (hanging.asked, answering.asked) == (2, 1)


async def test_a_sink_that_fails_is_asked_before_the_next_checkpoint() -> None:
    key, growth = Key(), Learning()
    away = Sink("the channel", error=Retryable("Slack is away."))
    posted = PostedHeads([away], key, growth)
    await posted.learn(ORIGIN)
    away.error, away.texts = None, [await checkpoint_of_another_log(key)]
    await posted.learn(ORIGIN)
    assert growth.learned == [("the channel", 5)]
