"""What a card has room for. An approval of more than that counts once it is confirmed in a window that has all of it."""

from workflows.access.limits import in_one_line
from workflows.access.state import Access
from workflows.text import is_cut

MAX_REASON_CHARS_ON_CARD = 96
"""Of why access is requested, and of conditions: two lines on a phone."""
MAX_OFFER_CHARS = 2_500
"""Of conditions where they are to be accepted, as `written` counts: any five of usual letters are whole. Slack takes about
13,000 characters in a message, and the rest of a card can be 9,000."""
MAX_KIT_INPUT_CHARS = 120
"""Of an entitlement's inputs on the card of a kit, where each has a line; a card of its own has all of them."""

_WRITTEN = {"&": 5, "<": 4, ">": 4, "*": 2, "_": 2, "~": 2, "`": 2, ":": 2}


def reason_chars_on_card(state: Access) -> int:
    """How much of the reason a card has room for: where it says what is unusual, a line less."""
    said = state.signals is not None and state.signals.on_card
    return MAX_REASON_CHARS_ON_CARD // 2 if said else MAX_REASON_CHARS_ON_CARD


def inputs_in_one_line(state: Access) -> str:
    """Every input with its value, by its title, as it was typed."""
    titles = {one.name: one.title for one in state.terms.inputs}
    return " · ".join(f"{titles.get(name, name)}: {value}" for name, value in state.inputs.items())


def written(text: str) -> int:
    """Characters that it takes in a message at most: Slack counts `&` as `&amp;`, and a mark of style is followed by another."""
    return sum(_WRITTEN.get(char, 1) for char in text)


def is_offer_cut(state: Access) -> bool:
    """Whether a card has no room for all of the conditions: they are accepted in a window that has."""
    return sum(written(one.condition or "") for one in state.conditions) > MAX_OFFER_CHARS


def is_cut_on_card(state: Access) -> bool:
    """Whether whoever decides on the card doesn't see all of what they decide."""
    return (
        is_cut(state.justification, reason_chars_on_card(state))
        or is_cut(in_one_line(state.conditions), MAX_REASON_CHARS_ON_CARD)
        or (state.kit is not None and is_cut(inputs_in_one_line(state), MAX_KIT_INPUT_CHARS))
    )
