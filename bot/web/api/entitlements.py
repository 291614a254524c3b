"""What the caller may request, with what that takes and how to connect."""

from fastapi import APIRouter

from bot.web.api.auth import By, TheApi
from bot.web.api.entitlement_schemas import Entitlement as Shown
from bot.web.api.entitlement_schemas import InputNeed, JustificationNeed, Needs
from bot.web.api.problems import documented
from bot.web.api.responses import shown_connection
from bot.web.api.schemas import Page
from bot.web.api.ticket_schemas import TicketNeed
from workflows.durations import spell_duration
from workflows.policy.bundle import Bundle, Entitlement, terms_of
from workflows.policy.evaluation.catalog import eligible
from workflows.policy.evaluation.explain import how_decided
from workflows.policy.inputs import INPUT_KINDS
from workflows.policy.terms.inputs import InputTerms
from workflows.ports import Directory

"""The route."""
routes = APIRouter(tags=["access"])


@routes.get("/entitlements", responses=documented())
async def list_entitlements(api: TheApi, by: By) -> Page[Shown]:
    """What you may request, by title; all on one page."""
    world = api.world()
    bundle, directory = world.bundle, world.directory
    found = eligible(bundle, directory, by.id)
    return Page(items=[_shown(one, bundle, directory, by.id) for one in found])


def _shown(entitlement: Entitlement, bundle: Bundle, directory: Directory, requester: str) -> Shown:
    rule = entitlement.rule
    sometimes = [one.name for one in rule.stage_conditions]
    return Shown(
        id=entitlement.id,
        name=entitlement.title,
        description=entitlement.description,
        aliases=list(entitlement.aliases),
        resource=entitlement.resource,
        environment=entitlement.environment,
        risk=entitlement.risk,
        max_duration=spell_duration(rule.longest),
        max_seconds=rule.longest,
        min_duration=spell_duration(rule.shortest),
        min_seconds=rule.shortest,
        default_duration=spell_duration(rule.default),
        default_seconds=rule.default,
        needs=_needs(entitlement),
        decided_by=how_decided(directory, requester, entitlement, terms_of(bundle, entitlement, sometimes)),
        engine=entitlement.vault.engine_name,
        revocable=entitlement.secrets_engine.revocable,
        connect=shown_connection(entitlement.connect),
    )


def _needs(entitlement: Entitlement) -> Needs:
    rule = entitlement.rule
    why = JustificationNeed(min_length=rule.justification_min, max_length=rule.justification_max)
    return Needs(
        ticket=TicketNeed.of(rule.ticket), justification=why, inputs=list(map(_input, entitlement.inputs))
    )


def _input(declared: InputTerms) -> InputNeed:
    is_number = declared.type == "number"
    return InputNeed(
        name=declared.name,
        title=declared.title,
        type=declared.type,
        hint=declared.hint,
        allowed=INPUT_KINDS[declared.type].allowed(declared),
        options=list(declared.options),
        least=declared.least if is_number else None,
        most=declared.most if is_number else None,
        pattern=declared.pattern or None,
        earliest=declared.earliest or None,
        latest=declared.latest or None,
        default=declared.default,
    )
