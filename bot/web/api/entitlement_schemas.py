"""The API's responses about what can be requested, and how to connect."""

from pydantic import BaseModel

from bot.web.api.ticket_schemas import TicketNeed
from workflows.policy.terms.inputs import InputType


class Connect(BaseModel):
    """How to connect, as templates: `<name>` stands for the secret's field of that name.

    `kind` is postgresql, mysql, aws, kubernetes or empty. `environment` has variables, `files` variables that name a file
    with this content. Leave out a variable whose fields the secret lacks. In `url`, percent-encode what you fill in.
    `text` is for people.
    """

    kind: str
    environment: dict[str, str]
    files: dict[str, str]
    url: str | None
    text: str


class JustificationNeed(BaseModel):
    """Characters."""

    min_length: int
    max_length: int


class InputNeed(BaseModel):
    """A value that a request gives in `inputs`. Without a `default` it is required.

    `type` is choice, number, text, date or yes-no; `allowed` says in a sentence what can be given. `pattern` is RE2.
    """

    name: str
    title: str
    type: InputType
    hint: str
    allowed: str
    options: list[str]
    least: int | None
    most: int | None
    pattern: str | None
    earliest: str | None
    latest: str | None
    default: str | None


class Needs(BaseModel):
    """What a request has to have."""

    ticket: TicketNeed
    justification: JustificationNeed
    inputs: list[InputNeed]


class Entitlement(BaseModel):
    """Something you may request by its `id` or an alias. Durations are in words, and in seconds beside that.

    `decided_by` says in sentences who decides. `engine` is the secrets engine; with `revocable` false a credential works
    until it expires even if given back.
    """

    id: str
    name: str
    description: str
    aliases: list[str]
    resource: str
    environment: str
    risk: str
    max_duration: str
    max_seconds: int
    min_duration: str
    min_seconds: int
    default_duration: str
    default_seconds: int
    needs: Needs
    decided_by: list[str]
    engine: str
    revocable: bool
    connect: Connect
