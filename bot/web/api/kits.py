"""Kits: several entitlements requested together, each under its own rule."""

from collections.abc import Callable
from functools import partial

from fastapi import APIRouter, Response

from bot.web.api.access import seconds_of
from bot.web.api.auth import Api, By, Caller, TheApi
from bot.web.api.idempotency import Key, Subject, ask
from bot.web.api.kit_schemas import Kit, KitEntitlement, KitRefusal, KitRequest, NewKitRequest
from bot.web.api.problems import documented, not_found, refused
from bot.web.api.responses import request_of
from bot.web.api.schemas import Page
from workflows.access.commands import GiveBack, RequestAccess, WithdrawAccess
from workflows.access.kits.commands import AskedKit, chosen_of
from workflows.access.state import KIND, Access
from workflows.policy.bundle import Bundle
from workflows.policy.evaluation.catalog import kits_of, may_request
from workflows.policy.evaluation.objections import not_eligible
from workflows.policy.schema.kits import Kit as PolicyKit
from workflows.ports import Directory
from workflows.workflow import Command, Refused

routes = APIRouter(tags=["access"])


@routes.get("/kits", responses=documented())
async def list_kits(api: TheApi, by: By) -> Page[Kit]:
    """Kits of which you may request something, by title; all on one page."""
    world = api.world()
    found = kits_of(world.bundle, world.directory, by.id)
    return Page(items=[_kit(name, kit, world.bundle, world.directory, by.id) for name, kit in found])


@routes.post("/kit-requests", status_code=201, responses=documented(400, 409, 413))
async def request_kit(
    api: TheApi, by: By, asked: NewKitRequest, answer: Response, key: Key = None
) -> KitRequest:
    """Request the entitlements of a kit. It is refused, and nothing is requested, if a rule refuses one of them.

    With an `Idempotency-Key` this happens once, however often it is sent.
    """
    state = await ask(api, by, KIND, key, asked, _command_of(api, asked), Access)
    answer.headers["Location"] = f"/api/v1/kit-requests/{state.id}"
    return await _shown(api, by, state.id)


@routes.get("/kit-requests/{request}", responses=documented(404))
async def one_kit_request(api: TheApi, by: By, request: Subject) -> KitRequest:
    """What was requested with a kit, by the id of any of its requests."""
    return await _shown(api, by, request)


@routes.post("/kit-requests/{request}/withdraw", responses=documented(404, 409))
async def withdraw_kit_request(api: TheApi, by: By, request: Subject) -> KitRequest:
    """Withdraw all of it that is still pending."""
    pending = [one.id for one in await _requests(api, by, request) if one.status == "pending"]
    return await _each(api, by, request, [WithdrawAccess(one) for one in pending or [request]])


@routes.post("/kit-requests/{request}/give-back", responses=documented(404, 409))
async def give_back_kit(api: TheApi, by: By, request: Subject) -> KitRequest:
    """Give all access back that it has led to."""
    held = [one.id for one in await _requests(api, by, request) if one.status in ("scheduled", "active")]
    return await _each(api, by, request, [GiveBack(one) for one in held or [request]])


def _command_of(api: Api, asked: NewKitRequest) -> Callable[[str], RequestAccess]:
    """What is asked, for a first request yet to be named. Raises Failed."""
    bundle = api.world().bundle
    kit = bundle.kits.get(asked.kit)
    chosen = tuple(asked.entitlements or (kit.entitlements if kit else (asked.kit,)))
    members = chosen_of(bundle, asked.kit, chosen, seconds_of(asked.duration))
    return partial(
        RequestAccess,
        entitlement=members.members[0][0],
        seconds=members.members[0][1],
        justification=asked.justification,
        ticket=asked.ticket or None,
        starts_at=asked.starts_at,
        kit=AskedKit(asked.kit, members.members),
    )


async def _requests(api: Api, by: Caller, request: str) -> list[Access]:
    """The requests of the kit that they may see, in the kit's order. Raises Failed."""
    state: Access = await api.find(by, Access, request)
    if state.kit is None:
        raise not_found()
    found = [await api.reading.find(by.reader, Access, one) for one in state.kit.requests]
    return [one for one in found if isinstance(one, Access)]


async def _shown(api: Api, by: Caller, request: str) -> KitRequest:
    found = await _requests(api, by, request)
    kit = found[0].kit
    assert kit is not None
    directory = api.world().directory
    return KitRequest(
        id=kit.first,
        kit=kit.name,
        title=kit.title,
        requests=[request_of(one, directory) for one in found],
        refused=[
            KitRefusal(entitlement=refusal.entitlement, code=refusal.code)
            for one in found
            for refusal in one.kit_refused
        ],
    )


async def _each(api: Api, by: Caller, request: str, commands: list[Command]) -> KitRequest:
    """Do all of it; as it is afterwards. Raises Failed if all of it was refused."""
    refusals: list[Refused] = []
    for command in commands:
        outcome = await api.act(command, by)
        refusals += [outcome.refusal] if outcome.refusal else []
    if len(refusals) == len(commands):
        raise refused(refusals[0])
    return await _shown(api, by, request)


def _kit(name: str, kit: PolicyKit, bundle: Bundle, directory: Directory, requester: str) -> Kit:
    groups = directory.groups_of(requester)
    entitlements = []
    for one in (bundle.entitlements[id] for id in kit.entitlements):
        may = may_request(one, groups)
        why_not = None if may else not_eligible(one.title, one.rule.eligible).sentence
        entitlements.append(KitEntitlement(id=one.id, name=one.title, eligible=may, why_not=why_not))
    return Kit(id=name, name=kit.title, description=kit.description.strip(), entitlements=entitlements)
