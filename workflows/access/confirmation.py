"""How an end was confirmed, and until when what can't be revoked works, in words."""

from collections.abc import Sequence

from workflows.policy.engines import ENGINES
from workflows.policy.terms.access import Terms

_BY = {
    "vault": "by Vault",
    "validity": "by its own expiry",
    "change": "by a new version of the secret",
}
STATIC = "the secret is the same for everyone and can't be taken back"


def spell_confirmed(by: Sequence[str]) -> str:
    """Such as “confirmed by Vault and at the database”."""
    return f"confirmed {' and '.join(_BY.get(one, f'at the {one}') for one in by)}"


def spell_irrevocable(terms: Terms) -> str | None:
    """Such as “SSH certificates can't be revoked”; None where a credential can be ended early."""
    engine = ENGINES[terms.vault.secrets_engine]
    if engine.static:
        return STATIC
    return None if engine.revocable else f"{engine.makes} can't be revoked"


def spell_lasting(terms: Terms) -> str:
    """How long what can't be revoked works: “they work until they expire”, to go after why."""
    engine = ENGINES[terms.vault.secrets_engine]
    return "it works until someone changes it" if engine.static else f"they {engine.lasts}"


def spell_why_it_works(terms: Terms) -> str:
    """Why something works on, even where the engine was expected to make what can be ended."""
    return spell_irrevocable(terms) or "these credentials can't be revoked"
