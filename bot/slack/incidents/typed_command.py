"""What somebody typed behind `/incident`: kind, severity, title; service and playbook by what the title says."""

from dataclasses import dataclass

from bot.slack.incidents.form import Form
from workflows.incidents.state import number_meant
from workflows.policy.bundle import Bundle


@dataclass(frozen=True)
class Words:
    """What somebody typed behind `/incident`: the incident they named, the first word after that, and the rest."""

    number: str | None
    verb: str
    rest: str


def read_words(text: str) -> Words:
    """`[42] [word] [rest]`."""
    first, _, rest = text.strip().partition(" ")
    number = number_meant(first)
    if number is None:
        return Words(None, first.casefold(), rest.strip())
    verb, _, rest = rest.strip().partition(" ")
    return Words(number, verb.casefold(), rest.strip())


def read_typed(subject: str, text: str, bundle: Bundle) -> Form:
    """`[drill | private] [severity] what is wrong`; what isn't said stays empty."""
    words = text.replace("\0", "").encode(errors="replace").decode().split()
    kind, severity = "real", ""
    if words and words[0].casefold() in ("drill", "private"):
        kind = words.pop(0).casefold()
    known = {one.name for one in bundle.incidents.severities} if bundle.incidents else set()
    if words and words[0].casefold() in known:
        severity = words.pop(0).casefold()
    title = " ".join(words)
    service = _service(title, bundle)
    return Form(subject, title, severity, service, playbook_for(service, bundle), kind)


def playbook_for(service: str | None, bundle: Bundle) -> str | None:
    """The playbook that a service brings; the first of several by name."""
    fits = (name for name, one in sorted(bundle.playbooks.items()) if service and service in one.services)
    return next(fits, None)


def _service(title: str, bundle: Bundle) -> str | None:
    """The service that is named in it, by its name or its title."""
    said = title.casefold()
    named = (
        name
        for name, one in sorted(bundle.services.items())
        if name in said or name.replace("-", " ") in said or one.title.casefold() in said
    )
    return next(named, None)
