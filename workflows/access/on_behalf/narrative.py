"""What happens to a request for somebody else, as sentences."""

from workflows.narrative import Sentences

SENTENCES: Sentences = {
    "proposal-accepted": lambda f, n: f"{n.of(f['by'])} accepted what was requested for them",
    "proposal-declined": lambda f, n: f"{n.of(f['by'])} declined what was requested for them",
}
