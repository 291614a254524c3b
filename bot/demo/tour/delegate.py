"""The story of a colleague and a delegate: access requested for someone else, decided for an approver who is away."""

from bot.demo.actor import Actor, Json, seen, text_of, values_of
from bot.demo.cast import CHANNELS, EDSGER, GRACE
from bot.demo.tour.story import Tour, newest, window

GENERAL, APPROVALS = CHANNELS[0][0], CHANNELS[1][0]
WHY = "she repairs tonight's reload"


async def play(story: Tour) -> None:
    """Raises Untrue or NotSeen where it isn't true."""
    edsger = Actor(story.grace.session, story.grace.page, EDSGER)
    await _goes_away(story)
    await _asks_for_ada(story, edsger)
    await _decides_for_grace(story, edsger)
    await _is_over(story)


async def _goes_away(story: Tour) -> None:
    story.tell("Grace is away for a day. She asks Margaret to decide for her:")
    command = "/access away for 1 day, ask @margaret"
    story.out.print(f"      {command}", markup=False)
    await story.grace.command(command, GENERAL)
    view = await window(story.grace, "Who decides for you?")
    answer = await story.grace.submit(view, values_of(view))
    story.saw("a window had both filled in, and she confirmed", answer["ok"] and not answer.get("errors"))
    direct = await story.margaret.direct()
    await seen("Margaret's message", lambda: newest(story.margaret, direct, "You decide for"))
    story.saw("Margaret is told for whom she decides, and until when", True)


async def _asks_for_ada(story: Tour, edsger: Actor) -> None:
    story.tell("Edsger sees that Ada will need the warehouse. He requests it for her:")
    command = f"/access warehouse 5m for @ada because {WHY}"
    story.out.print(f"      {command}", markup=False)
    await edsger.command(command, GENERAL)
    view = await window(edsger, "For someone else")
    answer = await edsger.submit(view, values_of(view))
    direct = await story.ada.direct()
    card = await seen("Ada's card", lambda: newest(story.ada, direct, "Waiting for you to accept"))
    asked = [message for message in await story.grace.messages(APPROVALS) if WHY in text_of(message)]
    story.saw("Ada has to accept it, and nobody else is asked before", answer["ok"] and not asked)
    await story.ada.press(direct, card, "Accept")


async def _decides_for_grace(story: Tour, edsger: Actor) -> None:
    story.tell("She accepts. Edsger is an approver too, and tries to approve what he requested.")
    card = await seen("the card", lambda: newest(edsger, APPROVALS, WHY))
    await edsger.press(APPROVALS, card, "Approve")
    await seen("why not", lambda: newest(edsger, APPROVALS, "You can't decide your own request"))
    story.saw("he can't, and is told why", True)
    story.tell("Margaret finds the card in her messages, and approves it for Grace.")
    direct = await story.margaret.direct()
    card = await seen("Margaret's card", lambda: newest(story.margaret, direct, WHY))
    await story.margaret.press(direct, card, "Approve")

    async def approved() -> Json | None:
        return await newest(story.grace, APPROVALS, f"(for <@{GRACE}>, away until")

    story.saw("the card says who approved, for whom, and why", await seen("for whom", approved))


async def _is_over(story: Tour) -> None:
    story.tell("Ada doesn't need it after all and gives it back. Grace returns, and types /access back.")
    direct = await story.ada.direct()
    card = await seen("Ada's access", lambda: newest(story.ada, direct, "Give back"))
    await story.ada.press(direct, card, "Give back")

    async def gone() -> bool:
        return not await newest(story.ada, direct, "Give back")

    await seen("the end of Ada's access", gone)
    await story.grace.command("/access back", GENERAL)
    await seen("the welcome", lambda: newest(story.grace, GENERAL, "Welcome back"))
    theirs = await story.margaret.direct()
    await seen("that it is over", lambda: newest(story.margaret, theirs, "You decided for"))
    story.saw("Margaret reads that she no longer decides for her", True)
