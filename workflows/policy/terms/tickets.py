"""What a request has to say of a ticket, fixed on it when it is asked."""

from workflows.policy.terms.snapshot import Snapshot


class TicketTerms(Snapshot):
    """`patterns` are RE2; a ticket has to match each of them as a whole.

    With a `source` it is looked up there, and has to exist.
    """

    required: bool = False
    patterns: tuple[str, ...] = ()
    hint: str = ""
    source: str | None = None
    projects: tuple[str, ...] | None = None
    """In one of which it has to be; None: in any."""
    own_project: bool = False
    """Whether it has to be in a project of the requester's groups."""
    must_be_open: bool = True
    """Means something only with a `source`."""
    ends_access: bool = False
    """Whether access ends when the ticket is closed."""

    @property
    def asked(self) -> bool:
        """Whether a form should have a field for it."""
        return self.required or bool(self.patterns) or bool(self.hint) or self.source is not None


def stricter_ticket(old: TicketTerms, new: TicketTerms) -> TicketTerms:
    """What satisfies both; where they name different sources, the ticket is looked up in the new one.

    A rule that looks no ticket up says nothing of whether it has to be open.
    """
    looking = [one for one in (old, new) if one.source is not None]
    return TicketTerms(
        required=old.required or new.required,
        patterns=tuple(dict.fromkeys(old.patterns + new.patterns)),
        hint=new.hint or old.hint,
        source=new.source or old.source,
        projects=_in_both(old.projects, new.projects),
        own_project=old.own_project or new.own_project,
        must_be_open=any(one.must_be_open for one in looking or (old, new)),
        ends_access=old.ends_access or new.ends_access,
    )


def _in_both(old: tuple[str, ...] | None, new: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Projects as the old rule spells them: systems write them in one case and mean any."""
    if old is None or new is None:
        return old if new is None else new
    wanted = {one.casefold() for one in new}
    return tuple(one for one in old if one.casefold() in wanted)
