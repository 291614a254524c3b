"""Cards are read in three seconds on a phone: what waits for a decision is short, and ten of it fit on two screens."""

from collections.abc import AsyncIterator, Iterator
from typing import get_args

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.builders import MONDAY
from tests.people import ADA, GRACE
from tests.pictures.scenes import access, releases
from tests.pictures.scenes.scene import Scene, card, window
from tests.pictures.studio import HEIGHTS, PHONE, Studio, look, open_page, studio
from workflows.access.signals import Signals
from workflows.policy.fields import Signal
from workflows.workflow import World

MAX_ACCESS_PX, MAX_RELEASE_PX = 220, 320
MAX_FORM_PX, MAX_CREDENTIAL_PX = 700, 900
SCREENS, REQUESTS = 2, 10
REASONS = (
    access.WHY,
    "Nightly job failed.",
    access.LONG_WHY,
    "To see why the churn model drifts since Monday.",
    "Backfill of yesterday's prices.",
)
"""As people write them, from a few words to far too many."""

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def room() -> AsyncIterator[Studio]:
    async with studio() as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def phone(browser: Browser) -> AsyncIterator[Page]:
    page = await open_page(browser, PHONE, MONDAY)
    yield page
    await page.context.close()


def waiting(world: World) -> Iterator[tuple[Scene, int]]:
    """Everything that somebody decides or mends, and the pixels that it may be tall."""
    for scene in (*access.cards(world), *releases.cards(world)):
        if scene.name.startswith(("access-pending", "access-mine-pending")):
            yield scene, MAX_ACCESS_PX
        if scene.name.startswith("release"):
            yield scene, MAX_RELEASE_PX
    for risk in ("high", "critical"):
        unusual = Signals(raised=get_args(Signal), unknown="new")
        state = access.worst_pending(world, risk).model_copy(update={"signals": unusual})
        drawn = access.draw(state, "approver", world.directory)
        yield card(f"access-unusual-{risk}", "Everything about it is unusual", GRACE, drawn), MAX_ACCESS_PX


def opened(world: World) -> Iterator[tuple[Scene, int]]:
    """The windows in which access is requested and got, and the pixels that each may be tall."""
    for scene in access.windows(world):
        if scene.name == "window-access-ask":
            yield scene, MAX_FORM_PX
    for way in ("program", "variables", "python", "login"):
        view = access.credentials(world, way)
        yield window(f"window-credentials-{way}", "Get credentials", ADA, view), MAX_CREDENTIAL_PX


async def height_of(page: Page, room: Studio, scene: Scene) -> float:
    ts = await room.put(scene)
    box = await (await look(page, room, scene, ts)).bounding_box()
    await room.take_away(scene, ts)
    assert box is not None
    return box["height"]


async def test_what_waits_for_somebody_is_short(phone: Page, room: Studio, world: World) -> None:
    heights = {scene.name: (await height_of(phone, room, scene), most) for scene, most in waiting(world)}
    assert len(heights) > 10
    assert {name: height for name, (height, most) in heights.items() if height > most} == {}


async def test_windows_to_request_and_get_access_are_short(phone: Page, room: Studio, world: World) -> None:
    heights = {scene.name: (await height_of(phone, room, scene), most) for scene, most in opened(world)}
    assert len(heights) == 5
    assert {name: height for name, (height, most) in heights.items() if height > most} == {}


async def test_the_typeface_is_slacks(phone: Page, room: Studio, world: World) -> None:
    await height_of(phone, room, next(access.cards(world)))
    loaded = "[...document.fonts].filter((one) => one.status === 'loaded').map((one) => one.family)"
    assert "Lato" in await phone.evaluate(loaded)


async def test_ten_requests_fit_on_two_screens(phone: Page, room: Studio, world: World) -> None:
    pending = access.pending(world)
    states = [
        pending.model_copy(update={"justification": REASONS[number % len(REASONS)]})
        for number in range(REQUESTS)
    ]
    scenes = [card("access", "", GRACE, access.draw(state, "approver", world.directory)) for state in states]
    sent = [await room.put(scene) for scene in scenes]
    first = await (await look(phone, room, scenes[0], sent[0])).bounding_box()
    last = await phone.locator(f'article[data-ts="{sent[-1]}"]').bounding_box()
    for scene, ts in zip(scenes, sent, strict=True):
        await room.take_away(scene, ts)
    assert first is not None
    assert last is not None
    assert last["y"] + last["height"] - first["y"] <= SCREENS * HEIGHTS[PHONE]
