"""Passkeys: what people sign decisions with, so that anybody who has the log can verify who decided."""

from typing import get_args

from workflows.system.passkeys.claims import enrolment_claims
from workflows.system.passkeys.decide import beside, decide, due
from workflows.system.passkeys.events import PasskeyEvent
from workflows.system.passkeys.evolve import effects, evolve
from workflows.system.passkeys.narrative import SENTENCES, found_by
from workflows.system.passkeys.replay import impossible
from workflows.system.passkeys.state import IN_FORCE, KIND, NAME, Passkey
from workflows.workflow import Workflow

WORKFLOW = Workflow(
    kind=KIND,
    name=NAME,
    state=Passkey,
    decide=decide,
    evolve=evolve,
    effects=effects,
    due=due,
    found_by=found_by,
    events=get_args(PasskeyEvent),
    impossible=impossible,
    claims=enrolment_claims,
    typed={"name": True},
    sentences=SENTENCES,
    over=frozenset({"removed"}),
    in_force=IN_FORCE,
    heeds_own=True,
    beside=beside,
)
