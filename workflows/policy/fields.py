"""The kinds of value a bundle's YAML is made of, each with its own clear refusal."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from workflows.durations import DurationError, parse_duration
from workflows.policy.problems import suggest

Risk = Literal["low", "moderate", "high", "critical"]
Notify = Literal["channel", "people", "both"]
Assurance = Literal["click", "passkey", "vault"]
"""How strongly an approval is bound to its person, the weakest first: by a click in Slack, signed with their passkey, or
given again to Vault itself by their own login there."""
ASSURANCES: tuple[Assurance, ...] = get_args(Assurance)
Signal = Literal[
    "burst",
    "denied-recently",
    "approve-each-other",
    "new-delegate",
    "unusual-hour",
    "first-time",
    "never-used",
]
"""Something unusual about a request, the most telling first; `workflows.access.signals` has one module for each."""
UNKNOWN_HISTORY = "unknown-history"
"""Stands among the `signals` of a condition while too little is known of the past to tell."""

MANAGER = "manager-of-requester"
"""Stands among the approvers of a stage for whoever manages the requester."""


def stronger(one: Assurance, other: Assurance) -> Assurance:
    """The assurance that satisfies both."""
    return max(one, other, key=ASSURANCES.index)


def wrong(what: str, meant: str) -> PydanticCustomError:
    """A fault of one value, in the two halves of a Problem."""
    return PydanticCustomError("bundle", "{what}", {"what": what, "meant": meant})


def _seconds(typed: object) -> int:
    if not isinstance(typed, str):
        raise wrong(f"{typed!r} isn't a duration", "use a number with a unit, such as 30m, 1h30m or 1d")
    try:
        return parse_duration(typed)
    except DurationError as error:
        what, _, meant = str(error).partition("; ")
        raise wrong(what, meant or "use a duration such as 30m") from None


def _moment(typed: object) -> datetime:
    try:
        moment = datetime.fromisoformat(typed if isinstance(typed, str) else "")
    except ValueError:
        raise wrong(f"{typed!r} isn't a date and time", "write it like 2026-03-02T10:00:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _date(typed: object) -> date:
    try:
        return date.fromisoformat(typed if isinstance(typed, str) else "")
    except ValueError:
        raise wrong(f"{typed!r} isn't a date", "write it like 2026-04-03") from None


def _substituted(text: str, info: ValidationInfo) -> str:
    """Unchanged while it isn't known which values there are: that is a fault already."""
    values: Mapping[str, str] | None = (info.context or {}).get("values")
    if values is None:
        return text

    def value(match: re.Match[str]) -> str:
        if match[1]:
            return match[0][1:]
        if match[2] not in values:
            raise wrong(f"${{{match[2]}}} has no value", suggest(match[2], values))
        return values[match[2]]

    return re.sub(r"(\$)?\$\{([A-Za-z_][A-Za-z0-9_]*)\}", value, text)


def shaped(pattern: str, meant: str) -> AfterValidator:
    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise wrong(f"“{text[:60]}” isn't valid", meant)
        return text

    return AfterValidator(check)


def no_repeats(names: tuple[str, ...]) -> tuple[str, ...]:
    for index, name in enumerate(names):
        if name in names[:index]:
            raise wrong(f"“{name}” is listed twice", "list it once")
    return names


Seconds = Annotated[
    int,
    BeforeValidator(_seconds),
    WithJsonSchema({"type": "string", "format": "duration"}, mode="validation"),
]
"""Typed as a duration, kept as seconds."""
Moment = Annotated[datetime, BeforeValidator(_moment)]
Day = Annotated[date, BeforeValidator(_date)]
Template = Annotated[str, AfterValidator(_substituted)]
"""Text in which `${NAME}` stands for a value given to `load_bundle`; `$${NAME}` stays as `${NAME}`."""
Name = Annotated[
    str, shaped(r"[a-z][a-z0-9-]{0,59}", "use lowercase letters, digits and hyphens, at most 60")
]
Names = Annotated[tuple[Name, ...], Field(min_length=1), AfterValidator(no_repeats)]
Line = Annotated[str, Field(min_length=1, max_length=150), shaped(r"[^\n\r\t]*", "use one line of text")]
VaultPath = Annotated[
    str,
    shaped(
        r"(?!sys/|auth/)(?!.*\.\.)[A-Za-z0-9_-][A-Za-z0-9_./-]*",
        "use a secret path such as database/creds/my-role",
    ),
]
VaultPolicy = Annotated[
    str,
    shaped(
        r"grant-[a-z0-9-]+", "use a policy called “grant-…”, the only kind Daypass's token role can assign"
    ),
]
HIGH_RISKS: frozenset[Risk] = frozenset({"high", "critical"})
HIGH_POLICIES = "grant-high-"
"""What Vault policies of these risks are called: a login of its own makes their tokens."""
Member = Annotated[
    str,
    shaped(r"[UW][A-Z0-9]+|[^@\s]+@[^@\s]+\.[^@\s]+", "use a Slack user id (U…) or an e-mail address"),
]
Usergroup = Annotated[str, shaped(r"S[A-Z0-9]+|@?[a-z0-9._-]+", "use a Slack user group's id (S…) or handle")]
Channel = Annotated[
    Template,
    shaped(
        r"[CGD][A-Z0-9]{1,30}|#[^\s#]{1,80}",
        'use a channel id (C…) or its name in quotes ("#name"), at most 80 characters',
    ),
]
"""Slack's own limit of a name: https://docs.slack.dev/reference/methods/conversations.create."""
