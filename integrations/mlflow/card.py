"""A model card: the Markdown in a version's description, by its headings."""

import asyncio
import hashlib

from markdown_it import MarkdownIt

from workflows.releases.evidence import ModelCard
from workflows.releases.files.licence import licence_in

MAX_CARD_CHARS = 50_000
"""Read in some tenths of a second; nobody reads a longer one."""


async def read_card(text: str) -> ModelCard:
    """Its headings that have something under them before the next heading, and its licence."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    if len(text) > MAX_CARD_CHARS:
        trouble = (
            f"The model card has {len(text):,} characters; the limit is {MAX_CARD_CHARS:,}. "
            "Shorten the version's description in MLflow."
        )
        return ModelCard(sections=(), digest=digest, trouble=trouble)
    sections, licence = await asyncio.to_thread(_sections, text), await asyncio.to_thread(licence_in, text)
    return ModelCard(sections=sections, digest=digest, licence=licence)


def _sections(text: str) -> tuple[str, ...]:
    """Only blocks are told apart: what stands within a line can't be a heading, and costs the most to parse."""
    found: list[str] = []
    heading: str | None = None
    in_heading = False
    for token in MarkdownIt().disable("inline").parse(text):
        if token.type == "heading_open":
            heading, in_heading = None, True
        elif token.type == "heading_close":
            in_heading = False
        elif token.type == "inline" and in_heading:
            heading = " ".join(token.content.split())[:150]
        elif heading and token.content.strip():
            found.append(heading)
            heading = None
    return tuple(dict.fromkeys(found))[:60]
