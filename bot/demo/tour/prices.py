"""The story of prices: asked for with inputs and a ticket, extended, and gone as the ticket is closed."""

from bot.demo.actor import filled, seen, text_of, values_of
from bot.demo.cast import CHANNELS
from bot.demo.tour.story import Tour, approved, newest, typed, window
from bot.demo.tour.warehouse import ends_within, uses

GENERAL, APPROVALS = CHANNELS[0][0], CHANNELS[1][0]
WHY = "prices in Europe jumped last night"
TITLE = "Read the prices of a region"
CLOSED, TICKET = "OPS-9", "OPS-12"
PROMISED = 15.0
"""Seconds in which access is gone whose ticket was closed: the demo looks every three."""


async def play(story: Tour) -> None:
    """Raises Untrue or NotSeen where it isn't true."""
    await _asks(story)
    await _extends(story)
    await _closes_the_ticket(story)


async def _asks(story: Tour) -> None:
    story.tell("Prices ask for more: a region, how many rows, and a ticket. Ada types all of it:")
    story.stage.tracker.closed.add(CLOSED)
    await typed(story, story.ada, f"/access prices 5m region=eu rows=5000 {CLOSED} because {WHY}")
    view = await window(story.ada, "Region")
    refused = (await story.ada.submit(view, values_of(view)))["errors"]
    story.saw("5,000 rows are refused at their field: at most 1000", "1000" in str(refused))
    view, rows = await window(story.ada, "Region"), {"input:prices:rows": "100"}
    refused = (await story.ada.submit(view, filled(view, **rows)))["errors"]
    story.saw(
        "a ticket that is closed is refused: it was looked up", "is closed" in refused.get("ticket", "")
    )
    answer = await story.ada.submit(view, filled(view, ticket=TICKET, **rows))
    story.saw("with one that is open the request is taken", answer["ok"] and not answer.get("errors"))
    card = await approved(story, WHY)
    story.saw(
        "Grace approves what the card says: the region, the rows and the ticket",
        all(words in text_of(card) for words in ("Region: eu", "Rows: 100", TICKET)),
    )


async def _extends(story: Tour) -> None:
    story.tell("It will take longer. Ada presses Extend, and Grace approves that too.")
    direct = await story.ada.direct()
    card = await seen("her access", lambda: newest(story.ada, direct, TITLE, "Extend"))
    await story.ada.press(direct, card, "Extend")
    view = await window(story.ada, "Starts when your access ends")
    answer = await story.ada.submit(view, values_of(view))
    story.saw(
        "a window says that it follows on when the first ends", answer["ok"] and not answer.get("errors")
    )
    await approved(story, WHY)
    story.saw(
        "approved, it waits for its time",
        await seen("the start", lambda: newest(story.ada, direct, TITLE, "starts")),
    )


async def _closes_the_ticket(story: Tour) -> None:
    story.tell(f"She reads. Then someone closes {TICKET}.")
    direct = await story.ada.direct()
    session, login = await uses(story, direct, TITLE)
    story.stage.tracker.closed.add(TICKET)
    await ends_within(story, session, login, PROMISED)
    await seen("why, in her messages", lambda: newest(story.ada, direct, "ticket closed"))
    story.saw("Ada reads that it ended with its ticket", True)
