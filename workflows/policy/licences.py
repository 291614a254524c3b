"""Licences as SPDX expressions (https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/)."""

import re
from collections.abc import Container
from functools import cache
from typing import Any

MAX_EXPRESSION_CHARS = 500
_OWN = re.compile(r"LicenseRef-[A-Za-z0-9.-]+")
"""Names for licences that SPDX doesn't list."""


class LicenceError(ValueError):
    """The text isn't an SPDX expression; the message says why, in half a sentence."""


def licences_in(text: str) -> tuple[str, ...]:
    """Name each licence of an expression once, as SPDX spells it, with its exception. Raises LicenceError."""
    found = _parsed(text)
    return tuple(dict.fromkeys(str(one.render()) for one in _symbols(found)))


def is_licence_allowed(text: str, allowed: Container[str]) -> bool:
    """Whether who takes the work may choose licences that are all allowed. Raises LicenceError."""
    return _holds(_parsed(text), allowed)


def _parsed(text: str) -> Any:
    from license_expression import ExpressionError, ExpressionParseError

    if len(text) > MAX_EXPRESSION_CHARS:
        raise LicenceError("it is too long")
    try:
        found = _spdx().parse(text, strict=True)
        keys = [] if found is None else _spdx().unknown_license_keys(found)
    except (ExpressionError, ExpressionParseError, RecursionError):
        raise LicenceError("it isn't an SPDX expression") from None
    if found is None:
        raise LicenceError("it is empty")
    if unknown := next((one for one in keys if not _OWN.fullmatch(one)), None):
        raise LicenceError(f"SPDX knows no licence “{unknown[:60]}”")
    return found


def _symbols(found: Any) -> list[Any]:
    parts = tuple(getattr(found, "args", ()))
    return [symbol for one in parts for symbol in _symbols(one)] if parts else [found]


def _holds(found: Any, allowed: Container[str]) -> bool:
    if isinstance(found, _spdx().OR):
        return any(_holds(one, allowed) for one in found.args)
    if isinstance(found, _spdx().AND):
        return all(_holds(one, allowed) for one in found.args)
    return str(found.render()) in allowed


@cache
def _spdx() -> Any:
    """Made when it is first needed: it reads the list of all licences.

    The library takes some `LicenseRef-…` for licences of SPDX's list; what such a name means only its author knows.
    """
    from license_expression import LicenseSymbol, Licensing, get_spdx_licensing

    found = []
    for one in get_spdx_licensing().known_symbols.values():
        others = tuple(name for name in one.aliases if not _OWN.fullmatch(name))
        found.append(LicenseSymbol(one.key, aliases=others, is_exception=one.is_exception))
    return Licensing(found)
