"""Text of others made fit to be kept and shown: one line, not too long, of characters that can be written."""


def legible(text: str, most: int) -> str:
    """At most so many characters; what doesn't print (controls, line breaks, half characters) is a space."""
    printed = "".join(char if char.isprintable() else " " for char in text[: 4 * most])
    line = " ".join(printed.split())
    return line if len(line) <= most and len(text) <= 4 * most else f"{line[: most - 1]}…"
