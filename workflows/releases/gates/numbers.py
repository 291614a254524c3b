"""Numbers as MLflow logs them: exact, compared without loss, and spelled for people."""

import re
from decimal import Context, Decimal

EXACT = Context(prec=1_000)
"""Digits enough for the difference of any two doubles, which span from 1.8e308 down to 4.9e-324."""


_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?")
"""A number of JSON (RFC 8259), no longer than a double is written."""


def number_in(text: str) -> Decimal | None:
    """What a double may be; None for NaN, infinities and anything else."""
    value = Decimal(text) if _NUMBER.fullmatch(text) else None
    return value if value is not None and abs(float(value)) <= _MAX_FLOAT else None


_MAX_FLOAT = float.fromhex("0x1.fffffffffffffp+1023")


def spell(value: Decimal) -> str:
    """At most six places behind the point; what is very large or small with its power of ten."""
    if value and not -6 <= value.adjusted() < 15:
        return f"{value:.6e}"
    rounded = round(value, 6) + 0  # which takes the sign of a zero away
    return f"{rounded.normalize():f}"
