"""Writes docs/verify-proof.html, which verifies a proof without a server: `python -m tests.architecture.proof_page`.

Its parts are in docs/proof-page; what it computes with is the console's own `proofs.js`, and what events mean is told as in
docs/log-events.md. All of it becomes one file, so that it can be kept and opened anywhere.
"""

import base64
import hashlib
import json
import re
from pathlib import Path

from tests.architecture.log_events import MEANINGS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "verify-proof.html"
PARTS = ROOT / "docs" / "proof-page"
PROOFS = ROOT / "bot" / "web" / "console" / "static" / "proofs.js"


def proof_page() -> str:
    """Put the page together; its policy lets exactly its own script and style run, and nothing be fetched."""
    proofs = re.sub(r"^export ", "", PROOFS.read_text(), flags=re.MULTILINE)
    meanings = json.dumps(
        {action: _short(said) for action, said in MEANINGS.items()}, indent=1, sort_keys=True
    )
    script = f"\n{proofs}\nconst MEANINGS = {meanings};\n\n{(PARTS / 'page.js').read_text()}"
    style = f"\n{(PARTS / 'page.css').read_text()}"
    policy = f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; base-uri 'none'; form-action 'none'"
    page = (PARTS / "page.html").read_text()
    for name, part in (("policy", policy), ("style", style), ("script", script)):
        page = page.replace(f"{{{name}}}", part, 1)
    return page


def _short(meaning: str) -> str:
    """Give what happened without the fields that the table explains with it."""
    return meaning.partition(";")[0].rstrip(".").replace("`", "") + "."


def _hash(part: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()}"


if __name__ == "__main__":
    PAGE.write_text(proof_page())
