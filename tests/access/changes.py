"""The example's rules, changed in one place each."""

from pathlib import Path

from tests.builders import EXAMPLE, changed_bundle, world_of
from workflows.policy.loading.load import load_bundle
from workflows.workflow import World

RULES = "resources/feature-warehouse.yaml"
STAGE = "          notify: both # the channel, the approvers themselves (people), or both\n"
SECURITY = f"{STAGE}        - name: security\n          approvers: [security]\n          quorum: 1\n"
SECOND_LOOK = f"{STAGE}        - name: second-look\n          approvers: [security]\n          when: '\"burst\" in signals'\n"
TICKET = "{source: jira, projects: [OPS], ends_access: true}"
UNLESS_ON_CALL = SECOND_LOOK.replace('"burst" in signals', '!("ranking" in requester_on_call)')
RISK = "    risk: moderate # low"
DATASET = "    inputs:\n      dataset: {{title: Dataset, type: choice, options: [{}], default: us}}\n{}"
CHANGES = {
    "two data owners": (
        RULES,
        "          quorum: 1\n          # After",
        "          quorum: 2\n          # After",
    ),
    "security as well": (RULES, STAGE, SECURITY),
    "a second look at bursts": (RULES, STAGE, SECOND_LOOK),
    "a second look unless on call": (RULES, STAGE, UNLESS_ON_CALL),
    "only incident command": (
        RULES,
        "          approvers: [data-owners]",
        "          approvers: [incident-command]",
    ),
    "data owners alone may ask": (
        "environments.yaml",
        "eligible: [scientists, data-owners]",
        "eligible: [data-owners]",
    ),
    "half an hour at most": (RULES, "      shortest: 10s", "      longest: 30m\n      shortest: 10s"),
    "a minute to decide": (RULES, "      shortest: 10s", "      lapse: 1m\n      shortest: 10s"),
    "a day to decide": ("daypass.yaml", "lapse: 4h", "lapse: 1d"),
    "warehouse is gone": (RULES, "\n  warehouse:\n", "\n  old-warehouse:\n"),
    "made in another way": (RULES, "path: database/creds/warehouse-read", "path: database/creds/read-all"),
    "a ticket that is open": (RULES, "      shortest: 10s", f"      ticket: {TICKET}\n      shortest: 10s"),
    "asks for a dataset": (RULES, RISK, DATASET.format("eu, us", RISK)),
    "only the dataset us": (RULES, RISK, DATASET.format("us", RISK)),
    "three credentials a grant": (RULES, "  credentials: 20", "  credentials: 3"),
}

KIT = """\
kits:
  churn:
    title: Look into churn
    description: The features, sample tables, and a way to repair them.
    entitlements: [warehouse, warehouse-sample, warehouse-write]
"""


def changed_worlds(directory: Path) -> dict[str, World]:
    """The example as it is, and after each of the changes; the bundles are written to the directory."""
    changed = {
        name: world_of(changed_bundle(directory / name.replace(" ", "-"), change))
        for name, change in CHANGES.items()
    }
    kit = changed_bundle(directory / "with-a-kit", files={"kits.yaml": KIT})
    return {"as it is": world_of(load_bundle(EXAMPLE)), "with a kit": world_of(kit), **changed}
