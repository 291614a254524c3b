"""Who performs an effect, by its kind: what each workflow brings, and Slack."""

from bot.web.api.delivery import Waiting
from bot.wiring.absences import WatchingAbsences
from bot.wiring.core import Core
from bot.wiring.outside import Outside
from bot.wiring.slack import SlackSide, open_deliveries
from workflows.access import extensions, removing, run_watch, starting, stopping, ticket_watch
from workflows.access import performers as access
from workflows.access.break_glass.performers import break_glass_performers
from workflows.access.kits.performers import kit_performers
from workflows.access.vault_quorum.performers import quorum_performers
from workflows.incidents import performers as incidents
from workflows.incidents.break_glass import incident_performers
from workflows.incidents.open_incidents import OpenIncidents
from workflows.ledger.outbox import Performer
from workflows.releases import performers as releases
from workflows.releases.attestation.performers import attestation_performers
from workflows.releases.deployments import deployment_performers


def brought_performers(
    core: Core,
    outside: Outside,
    slack: SlackSide,
    waiting: Waiting,
    going_wrong: OpenIncidents,
    absences: WatchingAbsences,
) -> dict[str, Performer]:
    """What each workflow brings, and Slack: who performs an effect, by its kind."""
    reads, world, rederiving, releasing = core.reads, core.world, core.rederiving, outside.releasing
    delivering = open_deliveries(core, outside, slack, waiting)
    vault, watched = outside.vault.credentials, outside.settings.daypass_watch_seconds
    brought = (
        access.performers(vault, outside.targets, delivering, reads, rederiving, world),
        quorum_performers(vault, delivering, core.ledger, reads, rederiving, world, watched),
        extensions.extension_performers(core.ledger, reads),
        starting.start_performers(core.ledger, reads, rederiving, world),
        run_watch.run_performers(outside.runs, reads, min(watched, run_watch.WATCHED_EVERY)),
        ticket_watch.ticket_performers(outside.tickets, reads, min(watched, ticket_watch.WATCHED_EVERY)),
        kit_performers(core.ledger, reads, outside.now),
        stopping.stop_performers(core.ledger, reads),
        removing.removal_performers(core.ledger, reads, world),
        break_glass_performers(reads, world),
        releases.performers(releasing.registries, releasing.targets, going_wrong, reads, rederiving, world),
        deployment_performers(releasing.deployments, reads),
        attestation_performers(outside.vault.attester, rederiving, world),
        incidents.performers(core.ledger, reads, slack.room, releasing.caller, world, rederiving),
        incident_performers(core.ledger, reads),
        slack.performers,
        absences.performers,
    )
    return {kind: performer for some in brought for kind, performer in some.items()}
