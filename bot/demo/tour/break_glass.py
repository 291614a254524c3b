"""The story of access taken in an emergency: without approval, announced, ended, and reviewed by somebody else."""

from bot.demo.actor import Actor, Json, seen, text_of, values_of
from bot.demo.cast import CHANNELS, EDSGER
from bot.demo.tour.story import Tour, newest, window

GENERAL, INCIDENTS = CHANNELS[0][0], CHANNELS[5][0]
SECONDS = 10
WHY = "the nightly job dropped a table and customers see old prices"
JUDGED = "read the query log: only the broken job was touched"


async def play(story: Tour) -> None:
    """Raises Untrue or NotSeen where it isn't true."""
    await _takes(story)
    await _is_announced(story, _edsger(story))


async def is_over(story: Tour) -> None:
    """See that it ended, and is reviewed. Raises Untrue or NotSeen."""
    await _is_reviewed(story, _edsger(story))


def _edsger(story: Tour) -> Actor:
    return Actor(story.grace.session, story.grace.page, EDSGER)


async def _takes(story: Tour) -> None:
    story.tell("At night Grace needs the warehouse, and nobody is there to approve. She types:")
    command = f"/access warehouse break-glass {SECONDS}s because {WHY}"
    story.out.print(f"      {command}", markup=False)
    await story.grace.command(command, GENERAL)
    view = await window(story.grace, "without approval")
    story.saw("a window says what happens if she takes it", "Reviewed by someone else" in text_of(view))
    answer = await story.grace.submit(view, values_of(view))
    story.saw("she pressed Take access now, and has it at once", answer["ok"] and not answer.get("errors"))


async def _is_announced(story: Tour, edsger: Actor) -> None:
    story.tell("Everyone who could have approved it is told, and #incidents too.")
    await seen("the announcement", lambda: newest(story.margaret, INCIDENTS, "Taken without approval"))
    direct = await edsger.direct()
    card = await seen("Edsger's card", lambda: newest(edsger, direct, "Taken without approval"))
    story.saw("Edsger reads who took what, and why", WHY in text_of(card))


async def _is_reviewed(story: Tour, edsger: Actor) -> None:
    story.tell(
        f"Break-glass ended after {SECONDS} seconds. Someone else has to say whether it was justified."
    )
    direct = await edsger.direct()

    async def over() -> Json | None:
        found = await newest(edsger, direct, "Taken without approval")
        return found if found and "Justified" in str(found["blocks"]) else None

    await edsger.press(direct, await seen("the review's buttons", over), "Justified")
    view = await window(edsger, "justified")
    values = {"reason": {"reason": {"type": "plain_text_input", "value": JUDGED}}}
    answer = await edsger.submit(view, values)
    story.saw("Edsger pressed Justified and said why", answer["ok"] and not answer.get("errors"))
    mine = await story.grace.direct()
    await seen("the verdict in Grace's messages", lambda: newest(story.grace, mine, JUDGED))
    story.saw("Grace reads the verdict", True)
