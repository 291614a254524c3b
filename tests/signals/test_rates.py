"""What docs/signals.md says of false alarms and of attacks is what is measured, and stays within bounds."""

from functools import cache

import pytest

from tests.signals.__main__ import BETWEEN, PAGE
from tests.signals.rates import ATTACKS_OF_EACH, Rates, measure, table
from workflows.access.signals import SIGNAL_KINDS

MAX_FALSE_ALARMS = 0.04
MAX_UNUSUAL = 0.12
"""Ordinary requests with any signal: more, and nobody looks at them any more."""
MIN_SHOWN = {name: 0.7 if name == "unusual-hour" else 0.95 for name in SIGNAL_KINDS}


@cache
def rates() -> Rates:
    return measure()


def test_the_table_in_the_docs_is_what_is_measured() -> None:
    found = BETWEEN.search(PAGE.read_text())
    assert found is not None
    assert found[0] == table(rates()), "run `make signals`"


@pytest.mark.parametrize("name", SIGNAL_KINDS)
def test_a_signal_is_rarely_wrong_and_shows_what_it_is_for(name: str) -> None:
    (rate,) = [one for one in rates().each if one.signal == name]
    assert rate.false_alarms <= MAX_FALSE_ALARMS
    assert rate.attacks == ATTACKS_OF_EACH
    assert rate.hits >= MIN_SHOWN[name]


def test_most_requests_have_none() -> None:
    assert rates().any / rates().requests <= MAX_UNUSUAL
