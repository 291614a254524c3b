"""The YAML of `control-tests.yaml` as models: when Daypass tries its own controls, and with which canary."""

from datetime import time
from typing import Literal

from workflows.policy.fields import Name
from workflows.policy.schema.block import Block
from workflows.policy.schema.on_call import Zone
from workflows.policy.schema.reviews import TimeOfDay


class Canary(Block):
    """The credential that is made, revoked and tried. The machine requests it, so nobody's own access is touched."""

    entitlement: Name
    machine: Name


class ControlTests(Block):
    """When control tests run: every day, on Mondays, or on the first of the month. Without `canary`, revocation isn't
    tried."""

    every: Literal["day", "week", "month"] = "day"
    at: TimeOfDay = time(4)
    zone: Zone = "UTC"
    canary: Canary | None = None


class ControlTestsFile(Block):
    """`control-tests.yaml`."""

    control_tests: ControlTests
