"""Adds to the site what isn't in docs/: the README as its home, other pages, linked files."""

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
PAGES = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    **{
        page.relative_to(ROOT).as_posix(): f"engines/{page.parent.name}.md"
        for page in sorted((ROOT / "examples" / "vault").glob("*/README.md"))
    },
}
"""Pages that the repository has outside docs/, and where the site has them."""
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?\)")


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add pages and files that docs link to and that are outside docs/."""
    for source, address in PAGES.items():
        files.append(File.generated(config, address, content=(ROOT / source).read_text()))
    for name in sorted(_linked_files()):
        files.append(File.generated(config, name, content=(ROOT / name).read_bytes()))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Point links at where the site has what they name in the repository."""
    here = page.file.src_uri
    source = {address: name for name, address in PAGES.items()}.get(here, f"docs/{here}")

    def moved(found: re.Match[str]) -> str:
        target = _address(posixpath.normpath(posixpath.join(posixpath.dirname(source), found[1])))
        return f"]({posixpath.relpath(target, posixpath.dirname(here) or '.')}{found[2] or ''})"

    return _LINK.sub(moved, markdown)


def _address(name: str) -> str:
    """Where the site has a file of the repository."""
    return PAGES.get(name, name.removeprefix("docs/"))


def _linked_files() -> set[str]:
    """Files outside docs/ that a page links to, by their names in the repository."""
    sources: list[Any] = [*(ROOT / name for name in PAGES), *(ROOT / "docs").rglob("*.md")]
    targets = {
        posixpath.normpath(posixpath.join(posixpath.dirname(file.relative_to(ROOT).as_posix()), found[1]))
        for file in sources
        for found in _LINK.finditer(file.read_text())
    }
    return {one for one in targets - set(PAGES) if not one.startswith("docs/") and (ROOT / one).is_file()}
