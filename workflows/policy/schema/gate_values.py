"""The kinds of value that a gate's fields are made of."""

import re
from decimal import Decimal, InvalidOperation
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from workflows.policy.fields import shaped, wrong
from workflows.policy.licences import LicenceError, licences_in

MAX_POWER = 308
"""Of ten, in numbers that a double can hold."""


def _decimal(typed: object) -> str:
    try:
        number = Decimal(str(typed))
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(typed, bool) or not number.is_finite() or abs(number.adjusted()) > MAX_POWER:
        raise wrong(f"{str(typed)[:60]!r} isn't a number", "write it like 0.75")
    return str(number)


Number = Annotated[str, BeforeValidator(_decimal)]
"""Kept as decimal text, as typed."""
Key = Annotated[str, shaped(r"[A-Za-z0-9_./ -]{1,250}", "use a name that MLflow accepts")]


def _one_star(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_./ -]*\*[A-Za-z0-9_./ -]*", text):
        raise wrong(f"“{text[:60]}” isn't valid", "use a metric's name with one *, such as auc/slice/*")
    return text


MetricPattern = Annotated[str, Field(max_length=250), AfterValidator(_one_star)]
"""Names of metrics: whatever stands for the one `*`."""
Pointer = Annotated[
    str,
    StringConstraints(max_length=150),
    shaped(
        r"(/([^/~\n\r\t]|~[01])+)+", "write where it stands, such as /created_at or /attacks/success_rate"
    ),
]
"""Where a value stands in a JSON file (RFC 6901)."""


def _licence(text: str) -> str:
    try:
        names = licences_in(text)
    except LicenceError as error:
        raise wrong(
            f"“{text[:60]}” isn't valid: {error}", "use an SPDX identifier, such as Apache-2.0"
        ) from None
    if len(names) != 1:
        raise wrong(f"“{text[:60]}” is more than one licence", "list each by itself")
    return names[0]


Licence = Annotated[str, Field(max_length=150), AfterValidator(_licence)]
"""An SPDX identifier, with its exception if it has one, as SPDX spells it."""
