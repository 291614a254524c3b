"""A model card: the Markdown in a version's description, by its headings."""

import hashlib

from markdown_it import MarkdownIt

from workflows.releases.evidence import Card


def read_card(text: str) -> Card:
    """Its headings that have something under them before the next heading."""
    sections: list[str] = []
    heading: str | None = None
    in_heading = False
    for token in MarkdownIt().parse(text):
        if token.type == "heading_open":
            heading, in_heading = None, True
        elif token.type == "heading_close":
            in_heading = False
        elif token.type == "inline" and in_heading:
            heading = " ".join(token.content.split())[:150]
        elif heading and token.content.strip():
            sections.append(heading)
            heading = None
    return Card(
        sections=tuple(dict.fromkeys(sections))[:60], digest=hashlib.sha256(text.encode()).hexdigest()
    )
