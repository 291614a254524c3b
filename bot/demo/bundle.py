"""The demo's policy: the example bundle, a kit, prices that ask for inputs and a ticket, with their own access review, and
salaries, which are approved with a passkey."""

import shutil
from pathlib import Path

KITS = """\
kits:
  churn:
    title: Look into the churn model
    description: The features, and sample tables to try a query on.
    entitlements: [warehouse, warehouse-sample]
"""
PRICES = """\
resource: prices
title: Prices
environment: analysis

entitlements:
  prices:
    title: Read the prices of a region
    description: What customers pay in one region, read only.
    risk: low
    vault: {path: database/creds/warehouse-sample, policy: grant-warehouse-sample, target: warehouse}
    connect:
      postgresql: {host: "${WAREHOUSE_HOST}", port: "${WAREHOUSE_PORT}", database: "${WAREHOUSE_DATABASE}"}
    inputs:
      region: {title: Region, type: choice, options: [eu, us]}
      rows: {title: Rows, type: number, most: 1000}
    rule:
      ticket: {required: true, pattern: "OPS-[0-9]{1,6}", source: tracker, projects: [OPS], ends_access: true}
      stages:
        - name: data-owners
          approvers: [data-owners]
          quorum: 1
"""
SALARIES = """\
resource: salaries
title: Salaries
environment: production

entitlements:
  salaries:
    title: Read the salaries by team
    description: What teams earn, without names, read only.
    risk: moderate
    vault: {path: database/creds/warehouse-sample, policy: grant-warehouse-sample, target: warehouse}
    connect:
      postgresql: {host: "${WAREHOUSE_HOST}", port: "${WAREHOUSE_PORT}", database: "${WAREHOUSE_DATABASE}"}
    rule:
      assurance: passkey
      stages:
        - name: data-owners
          approvers: [data-owners]
          quorum: 1
"""
ENVIRONMENT = """
  analysis:
    title: Analysis
    rule:
      eligible: [price-readers]
      longest: 8h
"""
GROUP = """
  price-readers:
    members:
      - ada@northwind.example
      - edsger@northwind.example
"""
REVIEW = """
  prices:
    title: Who can read prices
    entitlements: [prices]
    reviewers: [data-owners]
    within: 14d
"""


def write_bundle(example: Path, directory: Path) -> Path:
    """Write the bundle into a directory, which must not be there yet; the directory."""
    shutil.copytree(example, directory)
    (directory / "kits.yaml").write_text(KITS)
    for resource, text in (("prices", PRICES), ("salaries", SALARIES)):
        (directory / "resources" / f"{resource}.yaml").write_text(text)
    added = {"environments.yaml": ENVIRONMENT, "groups.yaml": GROUP, "reviews.yaml": REVIEW}
    for name, more in added.items():
        with (directory / name).open("a") as file:
            file.write(more)
    return directory
