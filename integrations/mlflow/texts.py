"""What is a text in MLflow, as evidence: its files by name, their digest, and what it changes in the text that is live."""

import asyncio
import difflib
import hashlib
import json
from collections.abc import Mapping

from workflows.releases.attestation.tree import tree_digest
from workflows.releases.evidence import Artifact

Files = Mapping[str, str]
"""Name → text."""
MAX_COMPARED_LINES = 2_000
"""Of each text: comparing lines takes as long as there are pairs of them."""
MAX_DIFFERENCE_CHARS = 6_000
MAX_LINE_CHARS = 300
CONTEXT_LINES = 2


def artifact_of(files: Files, wanted: tuple[str, ...]) -> Artifact:
    """The files as an artifact, which is known by its content and by nothing else."""
    written = {name: text.encode() for name, text in files.items()}
    return Artifact(
        files=tuple(name for name in wanted if name in written),
        count=len(written),
        size=sum(map(len, written.values())),
        digest=tree_digest({name: hashlib.sha256(data).hexdigest() for name, data in written.items()}),
    )


async def difference_of(live: Files, files: Files) -> str:
    """Unified differences of all files, shortened; empty if there are none."""
    return await asyncio.to_thread(_difference, live, files)


def _difference(live: Files, files: Files) -> str:
    told = [_of_file(name, live.get(name, ""), files.get(name, "")) for name in sorted({*live, *files})]
    text = "\n".join(one for one in told if one)
    if len(text) <= MAX_DIFFERENCE_CHARS:
        return text
    return f"{text[:MAX_DIFFERENCE_CHARS].rpartition(chr(10))[0]}\n… The rest isn't shown."


def _of_file(name: str, old: str, new: str) -> str:
    if old == new:
        return ""
    before, after = (_legible(name, text).splitlines() for text in (old, new))
    if max(len(before), len(after)) > MAX_COMPARED_LINES:
        return f"{name}: too long to compare ({len(before):,} lines before, {len(after):,} now)."
    lines = difflib.unified_diff(before, after, n=CONTEXT_LINES, lineterm="")
    told = [_cut(line) for line in list(lines)[2:]]
    return "\n".join([f"{name}:", *(told or ["Only spaces or line ends differ."])])


def _legible(name: str, text: str) -> str:
    """JSON with a field a line, so that lines can be compared; as it stands if it isn't any."""
    try:
        found = json.loads(text) if name.endswith(".json") else None
    except (ValueError, RecursionError):
        return text
    return text if found is None else json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False)


def _cut(line: str) -> str:
    return line if len(line) <= MAX_LINE_CHARS else f"{line[: MAX_LINE_CHARS - 1]}…"
