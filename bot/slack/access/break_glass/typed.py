"""`break-glass` in `/access …`, as people type it."""

WORDS = ("break-glass", "breakglass")
LOOKED_AT = 12
"""Words before the reason, at most."""


def without_break_glass(text: str) -> str | None:
    """What was typed besides `break-glass`; None if the command doesn't have it before its reason."""
    words = text.split()
    for n, word in enumerate(words[:LOOKED_AT]):
        if word.casefold() == "because":
            return None
        if word.casefold() in WORDS:
            return " ".join([*words[:n], *words[n + 1 :]])
    return None
