"""Risk tiers as a bundle has them, for tests: the example bundle with a `tiers.yaml`."""

from pathlib import Path

from tests.builders import changed_bundle
from workflows.policy import templates
from workflows.policy.bundle import Bundle

TIERS = """
questionnaire: risk-questionnaire
tiers:
  - name: low
    title: Low
    due_again: 365d
  - name: moderate
    title: Moderate
    when:
      - inputs.audience == "company"
      - inputs.people > 1000
    due_again: 180d
    gates:
      - {name: small, kind: size, max_mb: 500}
  - name: high
    title: High
    when:
      - inputs.audience == "customers" && inputs.personal_data
    due_again: 90d
    gates:
      - {name: limits, kind: model-card, sections: [Limitations]}
    stages:
      - {name: data-owners, quorum: 2}
      - {name: incident-command, approvers: [incident-command]}
"""
LOW = {
    "audience": "team",
    "people": "10",
    "decides_about_people": "no",
    "automatic": "no",
    "reversible": "yes",
    "personal_data": "no",
}
"""Complete answers."""
MODERATE = {**LOW, "audience": "company"}
HIGH = {**LOW, "audience": "customers", "personal_data": "yes"}


SHIPPED = (Path(templates.__file__).parent / "risk-questionnaire.yaml").read_text()


def asked_otherwise(old: str, new: str) -> str:
    """The questionnaire that comes with Daypass, with something changed."""
    assert old in SHIPPED
    return SHIPPED.replace(old, new)


def tiered_bundle(
    target: Path, *changes: tuple[str, str, str], tiers: str = TIERS, questionnaire: str = SHIPPED
) -> Bundle:
    """The example bundle with these tiers, and with changes as `changed_bundle` makes them."""
    files = {"tiers.yaml": tiers}
    if questionnaire != SHIPPED:
        files["templates/risk-questionnaire.yaml"] = questionnaire
    return changed_bundle(target, *changes, files=files)
