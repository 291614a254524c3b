"""A sentence for each event of a session."""

from collections.abc import Mapping
from typing import Any

from workflows.narrative import Names, Sentences, moment


def _signed_in(facts: Mapping[str, Any], names: Names) -> str:
    account = f" as the account {facts['account']} of {facts['provider']}" if "account" in facts else ""
    where = "from a terminal" if facts.get("where") == "terminal" else "to the console"
    return f"{names.who} signed in {where}{account} until {moment(facts['until'])}"


def _ended(facts: Mapping[str, Any], names: Names) -> str:
    if facts["how"] == "ended by an operator":
        return f"{names.who} ended the session as an operator"
    return f"The session ended: {facts['how']}"


def _left_out(facts: Mapping[str, Any]) -> str:
    """Say what an export left out; older events don't have it."""
    more = ["older matching events left out"] if facts.get("more") else []
    later = [f"{facts['later']} unsigned events left out"] if facts.get("later") else []
    return "".join(f", {one}" for one in (*more, *later))


SENTENCES: Sentences = {
    "signed-in": _signed_in,
    "ended": _ended,
    "opened": lambda f, n: f"{n.who} opened the history of {f['about']}",
    "exported": lambda f, n: (
        f"{n.who} exported {f['events']} events as {f['form']}{_left_out(f)}; digest {f['digest']}"
    ),
}
