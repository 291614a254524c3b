"""`daypass release verify`: check a model against its attestation, offline."""

from pathlib import Path
from typing import Annotated

import typer


def release_verify(
    file: Annotated[Path, typer.Argument(help="The attestation: a DSSE envelope as JSON.")],
    artifact: Annotated[Path, typer.Argument(help="Directory with the model's files.")],
    key: Annotated[list[Path], typer.Option(help="File with a trusted public key (PEM, P-256); repeatable.")],
    service: Annotated[str | None, typer.Option(help="Service it has to be approved for.")] = None,
    environment: Annotated[str | None, typer.Option(help="Environment it has to be approved for.")] = None,
    policy: Annotated[
        str | None, typer.Option(help="Digest of the policy bundle it has to be approved under.")
    ] = None,
) -> None:
    """Verify that Daypass approved exactly these files. Exits 1 if not, and says why. Needs neither network nor settings.

    It says what was approved, not what is live: a release that was rolled back keeps its attestation.
    """
    from bot.cli.attestations import verify

    verify(file, artifact, key, service, environment, policy)
