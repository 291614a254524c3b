"""The licence that a file names: a README with front matter, as on Hugging Face, or nothing but an SPDX expression.

Source: https://huggingface.co/docs/hub/model-cards#model-card-metadata
"""

import yaml

from workflows.releases.files.unreadable import UnreadableFile
from workflows.text import one_line

LICENCE = "licence"
_FENCE = "---"
_MAX_FRONT_CHARS = 20_000
_MAX_LICENCE_CHARS = 200


def read_licence(data: bytes, fields: tuple[str, ...]) -> dict[str, str]:
    """The licence as it is spelled there; nothing if the front matter has none. Raises UnreadableFile."""
    try:
        text = data.decode().strip()
    except ValueError:
        raise UnreadableFile("it isn't text in UTF-8.") from None
    if text.startswith(_FENCE):
        found = licence_in(text)
    elif "\n" in text:
        raise UnreadableFile("it has neither front matter nor one line with a licence.")
    else:
        found = one_line(text, _MAX_LICENCE_CHARS)
    return {LICENCE: found} if found else {}


def licence_in(card: str) -> str:
    """The field `license` of a model card's front matter; empty if it has none, or something else than text."""
    front, fenced = _front_matter(card)
    try:
        found = yaml.safe_load(front) if fenced else None
    except (yaml.YAMLError, ValueError, RecursionError):
        return ""
    named = found.get("license") if isinstance(found, dict) else None
    return one_line(named, _MAX_LICENCE_CHARS) if isinstance(named, str) else ""


def _front_matter(card: str) -> tuple[str, bool]:
    """Between the first line, which is a fence, and the next fence."""
    lines = card[:_MAX_FRONT_CHARS].lstrip("\ufeff").splitlines()
    if not lines or lines[0].rstrip() != _FENCE:
        return "", False
    end = next((at for at, line in enumerate(lines[1:], 1) if line.rstrip() == _FENCE), None)
    return "\n".join(lines[1:end]), end is not None
