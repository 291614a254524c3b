"""What the command line reads from a running or stopped Daypass's database and Vault."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.settings import Settings
from bot.wiring.database import looked_into, said_plainly, served
from bot.wiring.vault import open_vault
from integrations.vault import Report
from workflows.access import run_watch, ticket_watch
from workflows.access.confirmation import spell_why_it_works
from workflows.access.state import KIND, Access
from workflows.access.views import works_until
from workflows.audit.export.extract import Taken
from workflows.audit.forwarding.lag import read_lags, spell_lag
from workflows.audit.log import Log
from workflows.audit.sequencer import last_head, to_export
from workflows.audit.signer import Signer
from workflows.audit.tlog.note import VerifierKey
from workflows.audit.tlog.sealed_entry import seal_subjects
from workflows.audit.tlog.typed_text import Text
from workflows.database.heartbeat import unwritable
from workflows.incidents.open_incidents import private_subjects
from workflows.ledger.repository import OpenEffect, Repository
from workflows.policy.bundle import Bundle
from workflows.policy.loading.load import load_bundle
from workflows.ports import Permanent
from workflows.queries.proof import prove
from workflows.queries.search_index import forget_index, index_log
from workflows.system.alarms import KIND as ALARM
from workflows.system.alarms import Alarm
from workflows.workflow import Workflow


@dataclass(frozen=True)
class Status:
    """For the operator: effects that are open and due, or failed, and a sentence for each thing to know."""

    effects: list[OpenEffect]
    sentences: list[str]


async def read_status(settings: Settings) -> Status:
    """What is open now, and what is out of order, whether or not anything waits for it."""
    async with looked_into(settings.database_url.get_secret_value()) as store:
        reads = Repository(store)
        ending = await reads.in_status(Access, KIND, ["ending"])
        head = await last_head(store)
        raised = await reads.in_status(Alarm, ALARM, ["raised"])
        sentences = [f"Alarm since {one.raised_at:%Y-%m-%d %H:%M:%S} UTC: {one.sentence}" for one in raised]
        sentences += [ending_sentence(state) for state in ending]
        sentences.append(
            f"The log's last checkpoint signs {head.size} events, at {head.at:%Y-%m-%d %H:%M:%S} UTC."
            if head
            else "The log has no checkpoint yet."
        )
        sentences += [
            f"The event sink {lag.name}: {spell_lag(lag)}."
            for lag in await read_lags(store, settings.daypass_event_sinks)
        ]
        if fault := await unwritable(store, datetime.now(UTC)):
            sentences.append(fault)
        async with open_vault(settings) as vault:
            if fault := await vault.ready():
                sentences.append(fault)
        now = datetime.now(UTC)
        due = [one for one in await reads.open_effects() if _needs_a_look(one, now)]
        return Status(due, sentences)


def _needs_a_look(effect: OpenEffect, now: datetime) -> bool:
    """Whether it is due, tried or given up. Runs and tickets are looked at over and over while all is well."""
    if effect.kind in (run_watch.WATCH, ticket_watch.WATCH):
        return effect.status == "failed"
    return effect.attempts > 0 or effect.not_before <= now


async def check_vault(settings: Settings, bundle: Bundle) -> Report:
    """Vault, compared with the bundle."""
    async with open_vault(settings) as vault:
        return await vault.check(bundle)


async def public_keys(settings: Settings) -> list[VerifierKey]:
    """The log's public keys, oldest first."""
    async with open_vault(settings) as vault:
        return await _keys(settings, vault.signer)


async def read_log(
    settings: Settings, private: bool
) -> tuple[list[VerifierKey], list[bytes], list[Text], list[str]]:
    """The log's public keys, and what an export holds; private incidents are sealed unless they are wanted."""
    keys = await public_keys(settings)
    async with looked_into(settings.database_url.get_secret_value()) as store:
        leaves, texts, notes = await to_export(store)
        if private:
            return keys, leaves, texts, notes
        return (keys, *seal_subjects(leaves, texts, await private_subjects(Repository(store))), notes)


async def take_proof(settings: Settings, subject: str, *, private: bool) -> Taken:
    """Make the proof of this subject; one of a private incident only if that is wanted. Raises Retryable or Permanent."""
    async with looked_into(settings.database_url.get_secret_value()) as store:
        reads = Repository(store)
        if not private and await _is_private(reads, subject):
            raise Permanent(
                f"{subject} belongs to a private incident, and a proof has its contents. Add --private if whoever gets "
                "the file may read them."
            )
        return await prove(Log(store), reads, subject, datetime.now(UTC))


async def _is_private(reads: Repository, subject: str) -> bool:
    """Say whether something of it may be read by a private incident's members only."""
    if subject in await private_subjects(reads):
        return True
    return any("scope" in event.facts for event in await reads.story(subject))


async def reindex(settings: Settings, workflows: Mapping[str, Workflow], tell: Callable[[int], None]) -> None:
    """Make the log's index anew, as the owner of the tables; `tell` hears of each run of events.

    Raises AlreadyRunning or NoDatabase.
    """
    url = settings.database_url.get_secret_value()
    async with served(url) as store:
        with said_plainly(url):
            await forget_index(store)
            while some := await index_log(store, workflows):
                tell(some)


async def _keys(settings: Settings, signer: Signer) -> list[VerifierKey]:
    bundle = load_bundle(settings.daypass_bundle, settings.daypass_bundle_values)
    found = await signer.public_keys()
    return [VerifierKey(bundle.settings.log_origin, found[version]) for version in sorted(found)]


def ending_sentence(state: Access) -> str:
    troubles = "; ".join(one.trouble for one in state.credentials if one.trouble and one.status == "ending")
    until = works_until(state)
    waits = (
        f"the credential works until {until:%Y-%m-%d %H:%M:%S} UTC: {spell_why_it_works(state.terms)}"
        if until
        else None
    )
    why = troubles or waits or "not confirmed yet"
    return f"{state.id}: {state.requester}'s access to {state.terms.title} is being revoked: {why}"
