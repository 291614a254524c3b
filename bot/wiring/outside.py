"""The outside parts, opened, and how Daypass is to run on them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.settings import Settings
from bot.wiring.on_call import OnCallReadings
from bot.wiring.releases import Releasing
from bot.wiring.vault import OpenVault
from bot.wiring.world import PolicyAndPeople
from integrations.machine_tokens import TokenVerifier
from integrations.public_client import PublicClient
from integrations.slack.client import SlackClient
from workflows.access.performers import Delivery
from workflows.access.runs import Runs
from workflows.audit.forwarding.sink import EventSink
from workflows.audit.witness.witness import Witness
from workflows.database.store import Store
from workflows.policy.tickets import Tickets
from workflows.ports import Targets


@dataclass(frozen=True)
class Outside:
    """`reach` is told of each step of the write and effect path; `slack_pace` is a factor on pauses between calls.

    `delivery` hands credentials to people, in a modal if None. Slack has its answer within `acknowledge_within` seconds.
    """

    settings: Settings
    known: PolicyAndPeople
    store: Store
    client: SlackClient
    vault: OpenVault
    targets: Targets
    releasing: Releasing
    tokens: TokenVerifier
    public: PublicClient | None
    now: Callable[[], datetime]
    reach: Callable[[str], None]
    delivery: Delivery | None
    claim: timedelta
    slack_pace: float
    acknowledge_within: float
    runs: Mapping[str, Runs]
    tickets: Mapping[str, Tickets]
    on_call: OnCallReadings
    witnesses: Sequence[Witness]
    event_sinks: Sequence[EventSink]

    @property
    def vault_addr(self) -> str:
        return str(self.settings.vault_addr).rstrip("/")
