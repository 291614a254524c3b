"""Reads the docs: their code samples, and the files, make targets and commands that they name."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(page for part in ("docs", ".github", "examples") for page in (ROOT / part).rglob("*.md")),
        *(ROOT / "client").glob("*.md"),
    ]
)
_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"`([\w./*-]+(?:\.(?:py|md|js|sql|sh|hcl|mako|html|toml|yml)|/))(?:::[\w:]+)?`")
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


@dataclass(frozen=True)
class Sample:
    """A block of code in a page."""

    page: str
    line: int
    language: str
    code: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def samples() -> Iterator[Sample]:
    """Give every fenced block of every page, without its indentation."""
    for page in PAGES:
        text = page.read_text()
        for found in _FENCE.finditer(text):
            indent, language, code = found.groups()
            line = 2 + text.count("\n", 0, found.start())
            code = re.sub(rf"^{indent}", "", code, flags=re.MULTILINE)
            yield Sample(page.relative_to(ROOT).as_posix(), line, language, code)


def prose(page: Path) -> str:
    """Give a page without its blocks of code."""
    return _FENCE.sub("", page.read_text())


@cache
def tracked() -> frozenset[str]:
    """Give the repository's files and folders, by Git."""
    listed = subprocess.check_output(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, text=True)
    files = [name for name in listed.splitlines() if (ROOT / name).exists()]
    folders = {f"{parent.as_posix()}/" for name in files for parent in Path(name).parents}
    return frozenset({*files, *folders})


def missing_files(page: Path) -> list[str]:
    """Give the files that a page names and that don't exist, by name or by the end of their path."""
    named = {found[1] for found in _NAMED.finditer(prose(page)) if "*" not in found[1]}
    return sorted(name for name in named if not _exists(name.removeprefix("../")))


def _exists(name: str) -> bool:
    """Whether there is such a file. A folder that isn't in one of ours is a path in Vault, say."""
    if name.endswith("/") and f"{name.partition('/')[0]}/" not in tracked():
        return True
    return name in tracked() or any(one.endswith(f"/{name}") for one in tracked())


def broken_links(page: Path) -> list[str]:
    """Give the links of a page that lead to no file of the repository."""
    return sorted(
        target for target in _LINK.findall(prose(page)) if not (page.parent / target).resolve().exists()
    )
