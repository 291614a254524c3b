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
from bot.web.console.decidable import Decidable, Given, decidable
from bot.web.console.for_less import ALL, ForLess, NotLess, read_less
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
from workflows.access.limits import condition_digest
from workflows.access.state import Access
from workflows.access.taking import TAKE, SignTaking, lacks_signature
from workflows.approval.approvers import deciders
from workflows.releases.state import Release
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
    less: ForLess = ALL

    @classmethod
    def of(cls, state: Access | Release, now: datetime, less: ForLess = ALL) -> "Shown":
        """Show it as it is now, and what would be approved of it."""
        nonce = secrets.token_urlsafe(16)
        return cls(state.digest, state.terms.digest, nonce, now.replace(microsecond=0), less)

    @property
    def time(self) -> str:
        """When it was made, as the form and the text have it."""
        return spell_time(self.made_at)

    def text(self, subject: str, verdict: str, approver: str) -> bytes:
        """Write what is signed for this verdict."""
        seconds, condition = self.less.of(verdict)
        bound = condition_digest(subject, approver, condition) if condition else None
        return decision_text(
            subject, self.digest, self.policy, verdict, approver, seconds, bound, self.nonce, self.made_at
        )


def router(console: Console, show: Show) -> APIRouter:
    """The page and what it sends."""
    routes = APIRouter()
    routes.include_router(_taking_router(console, show))

    @routes.get("/decide/{subject}")
    async def page(request: Request, subject: str) -> Response:
        by = await visitor(console, request)
        return await _decision_page(console, show, request, by, subject)

    @routes.post("/decide/{subject}/for-less")
    async def for_less(
        request: Request,
        subject: str,
        csrf: str = Form(""),
        duration: str = Form(""),
        condition: str = Form(""),
    ) -> Response:
        """Show what an approval for less would be, for the approver to sign; nothing is decided here."""
        by = await visitor(console, request)
        check_form(console, by, request, csrf)
        return await _decision_page(console, show, request, by, subject, (duration, condition))

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
        seconds: str = Form(""),
        condition: str = Form(""),
        assertion: str = Form(""),
    ) -> Response:
        by = await visitor(console, request)
        check_form(console, by, request, csrf)
        kind, _ = await _decided(console, by, subject)
        if kind is None:
            return show.trouble(request, 404, "Not found", texts.NO_STORY, by)
        try:
            sent = read_assertion(assertion)
            less = ForLess.sent(seconds, condition) if kind.for_less else ALL
            shown = Shown(digest[:64], policy[:64], read_nonce(nonce), read_time(made_at), less)
            said = kind.refusal if verdict == kind.refusal else "approve"
            why = reason.strip()[:MAX_REASON_CHARS] or None
            given = partial(Given, subject, said, shown.digest, shown.policy, why, less)
            refusal = await _carry_out(
                console, by, said, shown, sent, subject, lambda signed: kind.review(given(signed))
            )
        except Unreadable:
            return show.trouble(request, 400, texts.NOTHING_DECIDED, texts.NO_SIGNATURE, by)
        if refusal:
            return show.trouble(request, 403, texts.NOTHING_DECIDED, refusal.sentence, by)
        return RedirectResponse(f"/decide/{subject}", 303)

    return routes


async def _decision_page(
    console: Console,
    show: Show,
    request: Request,
    by: Visitor,
    subject: str,
    typed: tuple[str, str] | None = None,
) -> Response:
    """The page, with what was `typed` of an approval for less, duration and condition, if it was."""
    kind, state = await _decided(console, by, subject)
    if kind is None or state is None or (typed and not kind.for_less):
        return show.trouble(request, 404, "Not found", texts.NO_STORY, by)
    directory = console.world().directory
    less, trouble = ALL, ""
    try:
        less = read_less(state, *typed) if typed and isinstance(state, Access) else ALL
    except NotLess as error:
        trouble = str(error)
    shown = Shown.of(state, console.now(), less)
    verdicts = ("approve", kind.refusal) if less == ALL else ("approve",)
    return show.page(
        request,
        "decide.html",
        422 if trouble else 200,
        by,
        state=state,
        kind=kind,
        summary=summarise(state, directory),
        shown=shown,
        texts={one: shown.text(state.id, one, by.person.id).decode() for one in verdicts},
        keys=await own_keys(console, by),
        waits=kind.waits(state),
        may=by.person.id in deciders(state, directory),
        given=next((one for one in state.reviews if one.reviewer == by.person.id), None),
        typed=typed,
        trouble=trouble,
    )


async def _decided(
    console: Console, by: Visitor, subject: str
) -> tuple[Decidable, Access | Release] | tuple[None, None]:
    """How it is decided, and what; None of it if this visitor may not see it, or approvers don't decide it."""
    kind = decidable(subject)
    state = await console.reading.find(by.reader, kind.state, subject) if kind else None
    return (kind, state) if kind and state else (None, None)


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
