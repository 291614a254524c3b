"""What a policy may say of tickets."""

from typing import Annotated

from pydantic import AfterValidator, Field

from workflows.policy.fields import Line, Name, no_repeats, shaped
from workflows.policy.schema.block import Block

Project = Annotated[
    str,
    shaped(
        r"[A-Za-z0-9][A-Za-z0-9_./-]{0,140}",
        "use a project as its system calls it, such as OPS or northwind/infra",
    ),
]
Projects = Annotated[tuple[Project, ...], Field(min_length=1), AfterValidator(no_repeats)]


class Ticket(Block):
    """What has to be true of the ticket that a request names."""

    required: bool | None = None
    pattern: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """RE2; the whole ticket has to match."""
    hint: Line | None = None
    source: Name | None = None
    """Where it is looked up, as DAYPASS_TICKETS calls it. It has to exist there, and to be open."""
    projects: Projects | None = None
    """In one of which it has to be."""
    own_project: bool | None = None
    """Whether it has to be in a project of the requester's groups (`ticket_projects`)."""
    must_be_open: bool | None = None
    """False also lets people name a closed one."""
    ends_access: bool | None = None
    """Whether access ends when the ticket is closed."""
