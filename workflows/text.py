"""Text of others: made fit to be kept and shown in one line, and compared.

Names and addresses are compared strictly where a match gives somebody something, widely where it keeps them out.
"""

import re
import unicodedata

_PLAIN = re.compile(r"[!-?A-~]+@[!-?A-~]*[0-9A-Za-z-]")
_TAG = re.compile(r"\+[^@]*(?=@)")
REST = "… more under Details"


def one_line(text: str, most: int) -> str:
    """At most so many characters; what doesn't print (controls, line breaks, half characters) is a space."""
    printed = "".join(char if char.isprintable() else " " for char in text[: 4 * most])
    line = " ".join(printed.split())
    return line if len(line) <= most and len(text) <= 4 * most else f"{line[: most - 1]}…"


def glimpse(text: str, most: int) -> str:
    """The text as one paragraph of at most `most` characters; where it is cut, it says so and where the rest stands."""
    paragraph = " ".join(text.split())
    return paragraph[: most - len(REST)].rstrip() + REST if is_cut(text, most) else paragraph


def is_cut(text: str, most: int) -> bool:
    """Whether `glimpse` leaves some of it out."""
    return len(" ".join(text.split())) > most


def comparable(address: str | None) -> str | None:
    """The address in lower case, or None if it can stand for nobody: letters beyond ASCII, spaces, two @, a last dot.

    Unicode folds `ſ` to `s` and the Kelvin sign to `k`, so of two mailboxes it would make one.
    """
    return address.lower() if address and _PLAIN.fullmatch(address) else None


def alike(name: str | None) -> str | None:
    """What addresses and names have in common that may well be one person's: compatible letters, case, space around,
    last dots, and what stands behind a plus (RFC 5233). Only ever for counting people as one."""
    if not name:
        return None
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return _TAG.sub("", folded.strip().rstrip(".")) or None


def looks(name: str) -> str:
    """A display name as a reader in a hurry sees it: without case, doubled space and characters that show nothing."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    shown = "".join(char for char in folded if unicodedata.category(char) != "Cf")
    return " ".join(shown.split())


def is_text(text: str) -> bool:
    """Without NUL, which databases refuse, and lone surrogates, which UTF-8 can't hold."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def storable(text: str) -> str:
    """The text with something that shows in place of what `is_text` has none of."""
    return text.encode(errors="replace").decode().replace("\0", "�")
