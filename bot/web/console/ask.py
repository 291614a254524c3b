"""Links that fill in a request. Following one shows what it would fill in; nothing is requested here.

The form is in Slack: the button on this page sends its reader, and nobody else, a direct message that opens it.
"""

from fastapi import APIRouter, Request
from starlette.responses import Response

from bot.web.console import texts
from bot.web.console.auth import Console, Visitor, check_form, visitor
from bot.web.console.templating import Show
from workflows.access.links import FilledIn, named_in, read_link
from workflows.policy.evaluation.assess import Ask, Assessment, assess, explained
from workflows.policy.evaluation.catalog import eligible
from workflows.policy.evaluation.objections import not_eligible
from workflows.ports import Permanent, Retryable
from workflows.text import storable

MAX_PARAMETERS = 20
MAX_PARAMETER_CHARS = 2_000
_CSRF = "csrf"


def router(console: Console, show: Show) -> APIRouter:
    """The routes."""
    routes = APIRouter()

    @routes.get("/ask")
    async def shown(request: Request) -> Response:
        by = await visitor(console, request)
        return _page(console, show, request, by, _given(request.query_params.multi_items()))

    @routes.post("/ask")
    async def sent(request: Request) -> Response:
        by = await visitor(console, request)
        form = [(name, str(value)) for name, value in (await request.form()).multi_items()]
        check_form(console, by, request, dict(form).get(_CSRF, ""))
        given = _given([one for one in form if one[0] != _CSRF])
        filled = _filled(console, by, given)
        if filled is None:
            return _page(console, show, request, by, given)
        try:
            await console.send_form(by.person.id, filled.entitlement.title, filled.line)
        except (Retryable, Permanent) as error:
            trouble = texts.FORM_NOT_SENT.format(why=error)
            return _page(console, show, request, by, given, 503, trouble)
        return _page(console, show, request, by, given, is_sent=True)

    return routes


def _page(
    console: Console,
    show: Show,
    request: Request,
    by: Visitor,
    given: dict[str, str],
    status: int = 200,
    trouble: str = "",
    is_sent: bool = False,
) -> Response:
    filled = _filled(console, by, given)
    if filled is None:
        return show.trouble(request, 404, texts.NOTHING_TO_ASK, _why_not(console, given), by)
    seen = _seen(console, by, filled)
    return show.page(
        request,
        "ask.html",
        status,
        by,
        filled=filled,
        inputs=[
            (one.title, filled.inputs[one.name])
            for one in filled.entitlement.inputs
            if one.name in filled.inputs
        ],
        explanation=(*seen.explanation, *seen.background),
        given=given,
        trouble=trouble,
        is_sent=is_sent,
    )


def _filled(console: Console, by: Visitor, given: dict[str, str]) -> FilledIn | None:
    """What the link fills in for this reader; None if it is for nothing that they may request."""
    world = console.world()
    offered = {one.id: one for one in eligible(world.bundle, world.directory, by.person.id)}
    named = named_in(given, offered)
    return read_link(given, named) if named else None


def _why_not(console: Console, given: dict[str, str]) -> str:
    named = named_in(given, console.world().bundle.entitlements)
    return not_eligible(named.title, named.rule.eligible).sentence if named else texts.NOT_IN_LINK


def _seen(console: Console, by: Visitor, filled: FilledIn) -> Assessment:
    world = console.world()
    ask = Ask(
        by.person.id,
        filled.entitlement.id,
        filled.seconds,
        filled.because,
        filled.ticket,
        inputs=filled.inputs,
    )
    return explained(world.bundle, world.directory, assess(world.bundle, world.directory, ask, console.now()))


def _given(parameters: list[tuple[str, str]]) -> dict[str, str]:
    """As many as are looked at, as texts that can be kept; of two with one name the first."""
    found: dict[str, str] = {}
    for name, value in parameters[:MAX_PARAMETERS]:
        found.setdefault(name[:MAX_PARAMETER_CHARS], storable(value[:MAX_PARAMETER_CHARS]))
    return found
