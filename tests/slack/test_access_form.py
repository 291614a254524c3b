"""What the form of a request reads of its window, and keeps of what was requested before."""

from typing import Any

from bot.slack.access.form import WHAT, read_form
from bot.slack.button_values import NewRequest

OPENED = NewRequest("acc_01KJ4M3Z00000000000000000A")


def view(entitlement: str, **elements: dict[str, Any]) -> dict[str, Any]:
    """A window with this chosen; `elements` are others by block, with `__` for `:`."""
    chosen = {WHAT: {"selected_option": {"value": entitlement}}}
    values = chosen | {name.replace("__", ":"): one for name, one in elements.items()}
    return {
        "private_metadata": OPENED.value,
        "state": {"values": {block: {block.partition(":")[0]: one} for block, one in values.items()}},
    }


def ticked(*entitlements: str) -> dict[str, Any]:
    return {"selected_options": [{"value": one} for one in entitlements]}


class TestMembers:
    def test_are_what_is_ticked_of_the_chosen_kit(self) -> None:
        assert read_form(view("churn", kit__churn=ticked("warehouse"))).members == ("warehouse",)

    def test_of_the_kit_that_was_chosen_before_are_none(self) -> None:
        """The window still has its block when another is chosen."""
        assert read_form(view("onboarding", kit__churn=ticked("warehouse"))).members == ()
        assert read_form(view("warehouse", kit__churn=ticked("warehouse"))).members == ()
