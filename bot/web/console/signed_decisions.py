"""The pages on which an approver decides with a passkey, and a requester signs for a credential: what is signed is what is
shown."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from bot.web.console import texts
from bot.web.console.auth import SURFACE, Console, Visitor, check_form, visitor
from bot.web.console.signatures import (
    Assertion,
    Unreadable,
    read_assertion,
    read_nonce,
    read_time,
    signed_by_known,
)
from bot.web.console.summaries import summarise
from bot.web.console.templating import Show
from workflows.access.commands import ReviewAccess
from workflows.access.state import Access, Verdict
from workflows.access.taking import TAKE, SignTaking, lacks_signature
from workflows.approval.approvers import deciders
from workflows.system.passkeys.commands import UsePasskey
from workflows.system.passkeys.signed_text import challenge_of, decision_text, spell_time
from workflows.system.passkeys.state import KIND, Passkey, Signed
from workflows.workflow import Command, Refused

MAX_REASON_CHARS = 1_000


@dataclass(frozen=True)
class Shown:
    """What the page showed, as its form sends it back."""

    digest: str
    policy: str
    nonce: str
    made_at: datetime

    @classmethod
    def of(cls, state: Access, now: datetime) -> "Shown":
        """Show the request as it is now."""
        nonce = secrets.token_urlsafe(16)
        return cls(state.digest, state.terms.digest, nonce, now.replace(microsecond=0))

    @property
    def time(self) -> str:
        """When it was made, as the form and the text have it."""
        return spell_time(self.made_at)

    def text(self, subject: str, verdict: str, approver: str) -> bytes:
        """Write what is signed for this verdict."""
        return decision_text(
            subject, self.digest, self.policy, verdict, approver, None, None, self.nonce, self.made_at
        )


def router(console: Console, show: Show) -> APIRouter:
    """The page and what it sends."""
    routes = APIRouter()
    routes.include_router(_taking_router(console, show))

    @routes.get("/decide/{subject}")
    async def page(request: Request, subject: str) -> Response:
        by = await visitor(console, request)
        state = await console.reading.find(by.reader, Access, subject)
        if state is None:
            return show.trouble(request, 404, "Not found", texts.NO_STORY, by)
        world = console.world()
        shown = Shown.of(state, console.now())
        verdicts: tuple[Verdict, ...] = ("approve", "deny")
        return show.page(
            request,
            "decide.html",
            by=by,
            state=state,
            summary=summarise(state, world.directory),
            shown=shown,
            texts={one: shown.text(state.id, one, by.person.id).decode() for one in verdicts},
            keys=await own_keys(console, by),
            may=by.person.id in deciders(state, world.directory) and not state.offered_at,
            given=next((one for one in state.reviews if one.reviewer == by.person.id), None),
        )

    @routes.post("/decide/{subject}")
    async def decide(
        request: Request,
        subject: str,
        csrf: str = Form(""),
        verdict: str = Form(""),
        digest: str = Form(""),
        policy: str = Form(""),
        nonce: str = Form(""),
        made_at: str = Form(""),
        reason: str = Form(""),
        assertion: str = Form(""),
    ) -> Response:
        by = await visitor(console, request)
        check_form(console, by, request, csrf)
        if await console.reading.find(by.reader, Access, subject) is None:
            return show.trouble(request, 404, "Not found", texts.NO_STORY, by)
        try:
            sent = read_assertion(assertion)
            shown = Shown(digest[:64], policy[:64], read_nonce(nonce), read_time(made_at))
            given: Verdict = "deny" if verdict == "deny" else "approve"
            why = reason.strip()[:MAX_REASON_CHARS] or None
            review = partial(ReviewAccess, subject, given, shown.digest, shown.policy, why)
            refusal = await _carry_out(
                console, by, given, shown, sent, subject, lambda signed: review(signed=signed)
            )
        except Unreadable:
            return show.trouble(request, 400, texts.NOTHING_DECIDED, texts.NO_SIGNATURE, by)
        if refusal:
            return show.trouble(request, 403, texts.NOTHING_DECIDED, refusal.sentence, by)
        return RedirectResponse(f"/decide/{subject}", 303)

    return routes


def _taking_router(console: Console, show: Show) -> APIRouter:
    """The page on which a requester signs for a credential, and what it sends."""
    routes = APIRouter()

    @routes.get("/take/{subject}")
    async def page(request: Request, subject: str) -> Response:
        by = await visitor(console, request)
        state = await console.reading.find(by.reader, Access, subject)
        if state is None or state.requester != by.person.id:
            return show.trouble(request, 404, "Not found", texts.NO_STORY, by)
        shown = Shown.of(state, console.now())
        return show.page(
            request,
            "take.html",
            by=by,
            state=state,
            summary=summarise(state, console.world().directory),
            shown=shown,
            text=shown.text(state.id, TAKE, by.person.id).decode(),
            keys=await own_keys(console, by),
            needed=lacks_signature(state, console.now()),
        )

    @routes.post("/take/{subject}")
    async def take(
        request: Request,
        subject: str,
        csrf: str = Form(""),
        digest: str = Form(""),
        policy: str = Form(""),
        nonce: str = Form(""),
        made_at: str = Form(""),
        assertion: str = Form(""),
    ) -> Response:
        by = await visitor(console, request)
        check_form(console, by, request, csrf)
        if await console.reading.find(by.reader, Access, subject) is None:
            return show.trouble(request, 404, "Not found", texts.NO_STORY, by)
        try:
            shown = Shown(digest[:64], policy[:64], read_nonce(nonce), read_time(made_at))
            signing = partial(SignTaking, subject, shown.digest, shown.policy)
            refusal = await _carry_out(console, by, TAKE, shown, read_assertion(assertion), subject, signing)
        except Unreadable:
            return show.trouble(request, 400, texts.NOTHING_SIGNED, texts.NO_SIGNATURE, by)
        if refusal:
            return show.trouble(request, 403, texts.NOTHING_SIGNED, refusal.sentence, by)
        return RedirectResponse(f"/take/{subject}", 303)

    return routes


async def own_keys(console: Console, by: Visitor) -> list[Passkey]:
    """The passkeys with which this person can decide."""
    return list(await console.reads.in_status(Passkey, KIND, ("active",), {by.person.id}))


async def _carry_out(
    console: Console,
    by: Visitor,
    verdict: str,
    shown: Shown,
    sent: Assertion,
    subject: str,
    command_of: Callable[[Signed], Command],
) -> Refused | None:
    """Note what the passkey signed, then do by it what was signed for, once ever; why not, if so."""
    challenge = challenge_of(shown.text(subject, verdict, by.person.id))
    signed = await signed_by_known(console, sent, shown.nonce, shown.made_at)
    use = UsePasskey(signed.passkey, subject, challenge, signed, sent.whose)
    used = await console.ledger.handle(use, by.actor, SURFACE)
    if used.refusal:
        return used.refusal
    once = f"passkey-decision/{challenge.hex()}"
    return (await console.ledger.handle(command_of(signed), by.actor, SURFACE, once)).refusal
