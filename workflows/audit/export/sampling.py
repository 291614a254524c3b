"""Draws samples that anybody can draw again: by the log's root, which nobody knew while the events were written."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from workflows.audit.tlog.canonical import canonical, read_canonical

FORMAT = "daypass/samples/v1"
_DOMAIN = "daypass/sample/v1"


def draw(seed: bytes, check: str, population: Iterable[str], count: int) -> tuple[str, ...]:
    """Draw the subjects with the `count` lowest ranks, in that order.

    A subject's rank is SHA-256 over four lines: `daypass/sample/v1`, the seed in hex, the check's name, the subject.
    """
    return tuple(sorted(set(population), key=lambda one: rank(seed, check, one))[:count])


def rank(seed: bytes, check: str, subject: str) -> str:
    """Give a subject's rank in a check, in hex. Each line ends with a newline."""
    lines = (_DOMAIN, seed.hex(), check, subject)
    return hashlib.sha256("".join(f"{one}\n" for one in lines).encode()).hexdigest()


def samples_file(seed: bytes, count: int, drawn: Mapping[str, tuple[Sequence[str], Sequence[str]]]) -> bytes:
    """Write what was drawn from what, by the check's name: the population, then the samples."""
    checks = {
        name: {"population": list(population), "samples": list(samples)}
        for name, (population, samples) in drawn.items()
    }
    return canonical({"format": FORMAT, "seed": seed.hex(), "count": count, "checks": checks})


def misdrawn(written: bytes, seed: bytes) -> Iterator[str]:
    """Draw again, and give a sentence for each check with other samples. Raises ValueError if it can't be read."""
    match read_canonical(written):
        case {"format": str(named), "seed": str(root), "count": int(count), "checks": dict(checks)} if (
            named == FORMAT
        ):
            if root != seed.hex():
                yield "Its samples aren't drawn by the root of seed.checkpoint."
            for name, one in checks.items():
                population, samples = [str(each) for each in one["population"]], tuple(one["samples"])
                if samples != draw(seed, name, population, count):
                    yield f"The samples of {name} aren't those that its population and the seed give."
        case _:
            raise ValueError(f"It isn't a list of samples ({FORMAT}).")


def sampled(written: bytes) -> set[str]:
    """Give every subject that was drawn. Raises ValueError if it can't be read."""
    read = read_canonical(written)
    if not isinstance(read, dict):
        raise ValueError("It isn't a list of samples.")
    return {str(subject) for one in read["checks"].values() for subject in one["samples"]}
