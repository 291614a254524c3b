"""The demo's policy: the example bundle, and a kit."""

import shutil
from pathlib import Path

KITS = """\
kits:
  churn:
    title: Look into the churn model
    description: The features, and sample tables to try a query on.
    entitlements: [warehouse, warehouse-sample]
"""


def write_bundle(example: Path, directory: Path) -> Path:
    """Write the bundle into a directory, which must not be there yet; the directory."""
    shutil.copytree(example, directory)
    (directory / "kits.yaml").write_text(KITS)
    return directory
