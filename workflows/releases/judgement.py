"""What a judge said of a version, as evidence."""

from workflows.releases.evidence_part import EvidencePart


class Judgement(EvidencePart):
    """What a judge said of the version, in the newest finished run about it in the experiment where it is registered.

    `run` is empty if there is none. `versions` are those of the judge that said anything there (empty text: one that
    isn't registered), `definitions` MLflow's digests of what they were.
    """

    experiment: str
    judge: str
    asked: int
    """The version of the judge that is asked for."""
    run: str = ""
    versions: tuple[str, ...] = ()
    definitions: tuple[str, ...] = ()
    rows: int = 0
    judged: int = 0
    """Rows that it gave a score, which is a number, or 1 or 0 for yes or no."""
    total: str = "0"
    """Of these scores."""
    pinned: str = ""
    """SHA-256 of what is registered under `asked`; empty if nothing is."""
    trouble: str = ""
    """Why it can't be told."""
