"""Where somebody is signed in, and ending it: one's own sessions, and anybody's for an operator."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import RedirectResponse, Response

from bot.web.console import texts
from bot.web.console.auth import SURFACE, Console, Visitor, check_form, visitor
from bot.web.console.templating import Show
from workflows.policy.roles import operator_groups
from workflows.system.session_commands import SignOut
from workflows.system.sessions import KIND, Session, is_open

SessionId = Annotated[str, Path(pattern=rf"^{KIND}_[0-9A-Z]{{26}}$", max_length=30)]


@dataclass(frozen=True)
class _Shown:
    """A session as the page has it; `current` is the one that looks at the page."""

    session: Session
    name: str
    current: bool


def router(console: Console, show: Show) -> APIRouter:
    """The page of sessions, and the route that ends one."""
    routes = APIRouter()

    @routes.get("/sessions")
    async def sessions(request: Request) -> Response:
        by = await visitor(console, request)
        world = console.world()
        operator = bool(operator_groups(by.person.id, world.bundle, world.directory))
        found = await _open_sessions(console, None if operator else by.person.id)
        name_of = world.directory.name_of
        shown = [_Shown(one, name_of(one.owner), one.id == by.session.id) for one in found]
        return show.page(
            request,
            "sessions.html",
            by=by,
            own=[one for one in shown if one.session.owner == by.person.id],
            others=[one for one in shown if one.session.owner != by.person.id],
            operator=operator,
        )

    @routes.post("/sessions/{session}/end")
    async def end(request: Request, session: SessionId, csrf: str = Form("")) -> Response:
        by = await visitor(console, request)
        check_form(console, by, request, csrf)
        if not await _may_see(console, by, session):
            return show.trouble(request, 404, texts.NOTHING_CHANGED, texts.NO_STORY, by)
        outcome = await console.ledger.handle(SignOut(session), by.actor, SURFACE)
        if outcome.refusal:
            return show.trouble(request, 403, texts.NOTHING_CHANGED, outcome.refusal.sentence, by)
        return RedirectResponse("/sessions", 303)

    return routes


async def _open_sessions(console: Console, owner: str | None) -> list[Session]:
    """Newest first."""
    owners = None if owner is None else {owner}
    found = await console.reads.in_status(Session, KIND, ("open",), owners)
    now = console.now()
    return sorted((one for one in found if is_open(one, now)), key=lambda one: one.since, reverse=True)


async def _may_see(console: Console, by: Visitor, session: str) -> bool:
    return await console.reading.find(by.reader, Session, session) is not None
