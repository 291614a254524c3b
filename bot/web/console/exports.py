"""Taking what a search found out of the house. The log has it before the first byte leaves."""

import asyncio
import hashlib
from datetime import UTC
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import Response

from bot.web.console import texts
from bot.web.console.auth import SURFACE, Console, Visitor, check_form, visitor
from bot.web.console.csv_export import spreadsheet
from bot.web.console.forms import read_search
from bot.web.console.templating import Show
from workflows.audit.export.extract import Taken
from workflows.ledger.repository import Logged
from workflows.ports import Permanent
from workflows.queries.extract import MAX_EXTRACT_BYTES, newest_within, take
from workflows.queries.proof import prove
from workflows.system.session_commands import RecordExport
from workflows.workflow import Refused

MAX_EXPORTED_EVENTS = 5_000
"""Events of an export. The whole log is exported by `daypass audit export`."""
JSON_LINES = "application/jsonl"
Subject = Annotated[str, Path(pattern=r"^[A-Za-z0-9_:-]{1,64}$", max_length=64)]


def router(console: Console, show: Show, most: int = MAX_EXPORTED_EVENTS) -> APIRouter:
    """The routes that export."""
    routes = APIRouter()
    routes.include_router(_proof_router(console, show))

    @routes.post("/export")
    async def export(
        request: Request, csrf: str = Form(""), form: str = Form("jsonl"), query: str = Form("")
    ) -> Response:
        by = await visitor(console, request)
        check_form(console, by, request, csrf)
        world = console.world()
        search = read_search(dict(parse_qsl(query)), world.bundle, world.directory)
        if search.faults:
            return show.trouble(request, 400, texts.NOTHING_EXPORTED, " ".join(search.faults.values()), by)
        found, more = await console.reading.found(by.reader, search.wanted, most)
        if form == "csv":
            taken, kind = await asyncio.to_thread(_as_csv, console, found, more), "text/csv; charset=utf-8"
        else:
            form, kind = "jsonl", JSON_LINES
            taken = await take(console.log, found, more, _about(console, by, search.words))
        if refusal := await _record(console, by, search.words, form, taken):
            return show.trouble(request, 403, texts.NOTHING_EXPORTED, refusal.sentence, by)
        return _file(taken, f"{_name(console, taken)}.{form}", kind)

    return routes


def _proof_router(console: Console, show: Show) -> APIRouter:
    """The route that gives the one file that proves a request, release or incident."""
    routes = APIRouter()

    @routes.post("/stories/{subject}/proof")
    async def proof(request: Request, subject: Subject, csrf: str = Form("")) -> Response:
        by = await visitor(console, request)
        check_form(console, by, request, csrf)
        if not await console.reading.sees_story(by.reader, subject):
            return show.trouble(request, 404, "Not found", texts.NO_STORY, by)
        try:
            taken = await prove(console.log, console.reads, subject, console.now())
        except Permanent as error:
            return show.trouble(request, 409, texts.NOTHING_EXPORTED, str(error), by)
        if refusal := await _record(console, by, texts.PROOF_OF.format(subject=subject), "jsonl", taken):
            return show.trouble(request, 403, texts.NOTHING_EXPORTED, refusal.sentence, by)
        return _file(taken, f"proof-{subject}.jsonl", JSON_LINES)

    return routes


async def _record(console: Console, by: Visitor, what: str, form: str, taken: Taken) -> Refused | None:
    """Record that it is exported; why it isn't, if so."""
    command = RecordExport(by.session.id, what, form, taken.events, taken.digest, taken.more, taken.later)
    return (await console.ledger.handle(command, by.actor, SURFACE)).refusal


def _file(taken: Taken, name: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(taken.data, media_type=kind, headers=headers)


def _as_csv(console: Console, found: list[Logged], more: bool) -> Taken:
    """Digest over the whole file, for it proves nothing else."""
    kept = newest_within(found, MAX_EXTRACT_BYTES)
    more = more or len(kept) < len(found)
    data = spreadsheet([console.reading.told(one) for one in kept], more)
    return Taken(data, len(kept), hashlib.sha256(data).hexdigest(), more, later=0)


def _name(console: Console, taken: Taken) -> str:
    whole = "" if not taken.more and not taken.later else "-incomplete"
    return f"daypass-{console.now().astimezone(UTC):%Y%m%d-%H%M%S}{whole}"


def _about(console: Console, by: Visitor, words: str) -> dict[str, str]:
    at = f"{console.now().astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return {"wanted": words, "taken_by": by.person.id, "taken_at": at}
