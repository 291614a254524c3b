"""What the window asks for, as a command."""

from collections.abc import Mapping
from datetime import datetime

from bot.slack.access.form import Form
from workflows.access.commands import RequestAccess
from workflows.access.extensions import extended
from workflows.access.refusals import OVER
from workflows.access.runs import Runs, SeenRun, named_run, read_run
from workflows.access.state import Access, Extended
from workflows.ledger.repository import Repository

Faults = dict[str, str]
"""Sentences by the block that they are about."""


LOOK_SECONDS = 1.5
"""In which the run has to be seen: Slack waits for the answer."""


async def command_of(
    form: Form, reads: Repository, runs: Mapping[str, Runs], now: datetime
) -> RequestAccess | Faults:
    """The request, or what is wrong with what was typed. A run is looked at. Raises DatabaseAway."""
    if form.seconds is None:
        return {form.duration_block: form.fault}
    extends: Extended | None = None
    if form.opened.extends:
        before = await reads.find(Access, form.opened.extends)
        extends = extended(before, now) if before else None
    run = named_run(form.until_run) if form.until_run else None
    return RequestAccess(
        form.opened.subject,
        form.entitlement or "",
        form.seconds,
        form.justification,
        form.ticket or None,
        extends=extends,
        unextendable=OVER if form.opened.extends and extends is None else None,
        starts_at=form.starts_at,
        until_run=SeenRun(run, await read_run(runs, run, LOOK_SECONDS)) if run else None,
        inputs=form.inputs,
        on_behalf_of=form.on_behalf_of or None,
    )
