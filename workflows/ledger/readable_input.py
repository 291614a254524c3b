"""What people type into a command."""

from workflows.text import is_text
from workflows.workflow import Actor, Command, Refused

UNREADABLE = Refused("unreadable", "Your text contains invalid characters. Type it again.")


def unreadable(command: Command, actor: Actor) -> Refused | None:
    """Why it can't be kept as it was typed, if so. What Daypass itself reports isn't typed."""
    words = [word for word in vars(command).values() if isinstance(word, str)]
    return None if actor.is_daypass or all(map(is_text, words)) else UNREADABLE
