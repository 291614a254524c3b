"""Passkeys in the console: one's own, adding one, and confirming other people's first ones."""

import ipaddress
import secrets
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import RedirectResponse, Response

from bot.web.console import texts
from bot.web.console.auth import SURFACE, Console, Visitor, check_form, origin_of, visitor
from bot.web.console.signatures import Unreadable, read_assertion, read_nonce, read_time, signed_by_known
from bot.web.console.templating import Show
from workflows.policy.roles import operator_groups
from workflows.system.passkeys.assertion import encode
from workflows.system.passkeys.commands import AddPasskey, ConfirmPasskey, RemovePasskey
from workflows.system.passkeys.decide import may_confirm
from workflows.system.passkeys.signed_text import spell_time
from workflows.system.passkeys.signing import stale
from workflows.system.passkeys.state import KIND, Passkey, user_handle
from workflows.workflow import Command

PasskeyId = Annotated[str, Path(pattern=rf"^{KIND}_[0-9A-Z]{{26}}$", max_length=30)]
MAX_KEY_CHARS = 4_000


def router(console: Console, show: Show) -> APIRouter:
    """The page of passkeys, and what it sends."""
    routes = APIRouter()

    @routes.get("/passkeys")
    async def passkeys(request: Request) -> Response:
        return await _list(console, show, request)

    @routes.post("/passkeys")
    async def add(
        request: Request,
        csrf: str = Form(""),
        name: str = Form(""),
        public_key: str = Form(""),
        nonce: str = Form(""),
        made_at: str = Form(""),
        assertion: str = Form(""),
        voucher: str = Form(""),
    ) -> Response:
        by = await visitor(console, request)
        check_form(console, by, request, csrf)
        try:
            command = await _read(console, by, name, public_key, nonce, made_at, assertion, voucher)
        except Unreadable:
            return show.trouble(request, 400, texts.NOTHING_ADDED, texts.NO_SIGNATURE, by)
        outcome = await console.ledger.handle(command, by.actor, SURFACE)
        if outcome.refusal:
            return show.trouble(request, 403, texts.NOTHING_ADDED, outcome.refusal.sentence, by)
        return RedirectResponse("/passkeys", 303)

    @routes.post("/passkeys/{passkey}/confirm")
    async def confirm(request: Request, passkey: PasskeyId, csrf: str = Form("")) -> Response:
        return await _change(console, show, request, csrf, ConfirmPasskey(passkey))

    @routes.post("/passkeys/{passkey}/remove")
    async def remove(request: Request, passkey: PasskeyId, csrf: str = Form("")) -> Response:
        return await _change(console, show, request, csrf, RemovePasskey(passkey))

    return routes


async def _list(console: Console, show: Show, request: Request) -> Response:
    by = await visitor(console, request)
    world = console.world()
    found = await console.reads.in_status(Passkey, KIND, ("active", "waiting"))
    operator = bool(operator_groups(by.person.id, world.bundle, world.directory))
    mine = [one for one in found if one.owner == by.person.id]
    others = [one for one in found if one.owner != by.person.id]
    signed_in = by.session.authenticated_at
    return show.page(
        request,
        "passkeys.html",
        by=by,
        mine=mine,
        waiting=[
            one for one in others if one.status == "waiting" and may_confirm(one.owner, by.person.id, world)
        ],
        others=[one for one in others if one.status == "active"] if operator else [],
        name_of=world.directory.name_of,
        waits=world.bundle.settings.passkeys.new_key_waits,
        fresh=signed_in is not None and not stale(signed_in, console.now()),
        first=not any(one.status == "active" for one in mine),
        rp=rp_of(console.url),
        handle=encode(user_handle(by.person.id)),
        nonce=secrets.token_urlsafe(16),
        made_at=spell_time(console.now()),
    )


async def _read(
    console: Console,
    by: Visitor,
    name: str,
    public_key: str,
    nonce: str,
    made_at: str,
    assertion: str,
    voucher: str,
) -> AddPasskey:
    """Read what the page sends, which has a form only where there can be passkeys. Raises Unreadable."""
    rp = rp_of(console.url)
    if rp is None:
        raise Unreadable
    at, nonce = read_time(made_at), read_nonce(nonce)
    proof = read_assertion(assertion).signed(public_key[:MAX_KEY_CHARS], nonce, at)
    vouched = await signed_by_known(console, read_assertion(voucher), nonce, at) if voucher else None
    return AddPasskey(
        proof.passkey,
        name,
        rp,
        origin_of(console.url),
        proof,
        vouched,
        by.session.id,
        by.session.authenticated_at,
    )


async def _change(console: Console, show: Show, request: Request, csrf: str, command: Command) -> Response:
    by = await visitor(console, request)
    check_form(console, by, request, csrf)
    outcome = await console.ledger.handle(command, by.actor, SURFACE)
    if outcome.refusal:
        return show.trouble(request, 403, texts.NOTHING_CHANGED, outcome.refusal.sentence, by)
    return RedirectResponse("/passkeys", 303)


def rp_of(url: str) -> str | None:
    """Give the name that passkeys are bound to: the console's host; None where that is an address, which can't have any."""
    host = urlsplit(url).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host or None
    return None
