"""What goes wrong at the command line and is told in its own sentence."""

from bot.settings import SettingsError
from bot.wiring.database import NoDatabase
from migrations.erasing import NotErased
from workflows.audit.export.directory import ExportError
from workflows.database.store import AlreadyRunning
from workflows.policy.problems import BundleErrors
from workflows.ports import Permanent, Retryable
from workflows.queries.evidence.period import PeriodError
from workflows.releases.attestation.dsse import AttestationError

TOLD = (
    NotErased,
    SettingsError,
    BundleErrors,
    AlreadyRunning,
    NoDatabase,
    ExportError,
    PeriodError,
    AttestationError,
    Retryable,
    Permanent,
)
