"""The YAML of `services/*.yaml` and `people.yaml` as models: what is released, by which gates and whom."""

import re
from datetime import timedelta
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from workflows.policy.fields import (
    Assurance,
    Day,
    Line,
    Member,
    Moment,
    Name,
    Names,
    Risk,
    Seconds,
    Template,
    no_repeats,
    shaped,
    wrong,
)
from workflows.policy.hosts import is_loopback
from workflows.policy.recurrence import rule_of
from workflows.policy.schema.block import Block
from workflows.policy.schema.exceptions import ExceptionsBlock
from workflows.policy.schema.gates import GateBlock, Key
from workflows.policy.schema.live_checks import LiveCheckBlock
from workflows.policy.schema.on_call import Zone
from workflows.policy.schema.rules import Stage
from workflows.policy.schema.source_fit import Way, misfit
from workflows.policy.terms.releases import MLFLOW_SOURCES, EvidenceSource, Source, Trust

Alias = Annotated[
    str,
    shaped(
        r"(?!latest$)(?![vV]\d+$)[A-Za-z0-9_-]{1,60}",
        "use letters, digits and hyphens; MLflow reserves “latest” and names such as “v1”",
    ),
]


def _protected(url: str) -> str:
    """https, or this machine; and nothing secret in it, for addresses stand in the log."""
    if url.startswith("${"):
        return url
    try:
        parts, port = urlsplit(url), urlsplit(url).port
    except ValueError:
        parts, port = urlsplit(""), None
    host = parts.hostname or ""
    if not host or port == 0:
        raise wrong(f"“{url[:60]}” isn't valid here", "use an address that begins with https://")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise wrong("traffic to this address isn't encrypted", "use an address that begins with https://")
    if parts.username is not None or parts.query or parts.fragment or "?" in url or "#" in url:
        what = "an address can't contain a user, password, query or fragment, because it's logged"
        raise wrong(what, "calls are signed with DAYPASS_WEBHOOK_SECRET")
    return url


Url = Annotated[
    Template,
    shaped(r"(https?://|\$\{)[^\s\\]+", "use an address that begins with https://"),
    AfterValidator(_protected),
]
"""`${NAME}` stands in it still only where daypass.yaml, which says what it means, can't be read itself."""
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Checks(Block):
    after: Seconds
    gates: Annotated[tuple[GateBlock, ...], Field(min_length=1)]


REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")
"""Of GitHub, as `owner/name`."""
IN_CATALOG = re.compile(r"[A-Za-z0-9_-]{1,80}(?:\.[A-Za-z0-9_-]{1,80}){2}")
"""A model of Unity Catalog, as `catalog.schema.model`."""
GROUP = re.compile(r"[A-Za-z0-9](?:-*[A-Za-z0-9]){0,62}")
"""A model package group of SageMaker."""


_IN_KUBERNETES = r"[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?"


class Target(Block):
    """Exactly one of an alias, a webhook, a deployment, a rollout and a model package's approval."""

    alias: Alias | None = None
    webhook: Url | None = None
    read: Url | None = None
    deployment: Line | None = None
    """GitHub's environment, as it is called there."""
    machine: Name | None = None
    rollout: (
        Annotated[str, shaped(rf"{_IN_KUBERNETES}/{_IN_KUBERNETES}", "write it like test/podinfo")] | None
    ) = None
    """Of Flagger or Argo Rollouts, by its namespace and name."""
    cluster: Name | None = None
    model_package: Literal["Approved"] | None = None
    """The status that a model package of SageMaker gets."""

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if [self.alias, self.webhook, self.deployment, self.rollout, self.model_package].count(None) != 4:
            what = "a service needs exactly one of “alias”, “webhook”, “deployment”, “rollout” and “model_package”"
            raise wrong(what, "keep one of them")
        if ((self.deployment or self.rollout) is None) != (self.machine is None):
            raise wrong("“deployment” and “machine” belong together", "set both or neither")
        if ((self.webhook or self.rollout) is None) != (self.read is None):
            raise wrong("“webhook” and “read” belong together", "set both or neither")
        if (self.rollout is None) != (self.cluster is None):
            raise wrong("“rollout” and “cluster” belong together", "set both or neither")
        return self

    @property
    def way(self) -> Way:
        """Which of the five it is."""
        ways: tuple[Way, ...] = ("alias", "webhook", "deployment", "rollout", "model_package")
        return next(way for way in ways if getattr(self, way) is not None)


class Authors(Block):
    sources: Annotated[tuple[Source, ...], Field(min_length=1), AfterValidator(no_repeats)] = (
        "requester",
        "run",
    )
    machines: tuple[Line, ...] = ()
    mlflow: Trust = "authenticated"


MAX_LIVE_CHECKS = 20
LONGEST_REPEATED = timedelta(days=366)


class Freeze(Block):
    name: Name
    because: Line
    begins: Moment | None = None
    ends: Moment | None = None
    weekdays: tuple[Weekday, ...] = ()
    repeats: Annotated[
        str, Field(max_length=200), shaped(r"[A-Z0-9=;,+-]*", "use a rule such as FREQ=WEEKLY;BYDAY=FR")
    ] = ""
    """When it comes again: a rule of iCalendar (RFC 5545), in the time of `zone`."""
    zone: Zone = "UTC"
    left_out: tuple[Day, ...] = ()
    """Local dates on which it doesn't begin although the rule says so."""
    link: Annotated[Url, Field(max_length=300)] | None = None
    """Where people read more."""

    @model_validator(mode="after")
    def _one_window(self) -> Self:
        if bool(self.weekdays) == (self.begins is not None or self.ends is not None):
            raise wrong(
                "a freeze needs either a start and an end, or weekdays",
                "use begins: and ends:, or weekdays: [sunday]",
            )
        if not self.weekdays and (self.begins is None or self.ends is None or self.begins >= self.ends):
            raise wrong("the freeze ends before it begins", "put begins: before ends:")
        return self

    @model_validator(mode="after")
    def _a_rule_that_fits(self) -> Self:
        if not self.repeats:
            if self.left_out:
                raise wrong("“left_out” needs a freeze that repeats", "add repeats:, or remove this line")
            return self
        if self.begins is None or self.ends is None:
            raise wrong("a freeze that repeats needs its first window", "add begins: and ends:")
        if self.ends - self.begins > LONGEST_REPEATED:
            raise wrong("a freeze that repeats lasts at most 366 days", "shorten it, or remove repeats:")
        try:
            rule_of(self.repeats, self.begins, self.zone)
        except ValueError as error:
            what = f"the rule “{self.repeats[:60]}” doesn't fit: {error}"
            raise wrong(what, "use one such as FREQ=WEEKLY;BYDAY=FR, and begin on a day of it") from None
        return self


class ReleaseRule(Block):
    eligible: Names
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]
    lapse: Seconds | None = None
    assurance: Assurance = "click"


class ServiceFile(Block):
    """`services/*.yaml`."""

    service: Name
    title: Line
    environment: Name
    risk: Risk = "moderate"
    source: EvidenceSource = "mlflow"
    model: Key
    """As it is registered in MLflow; a judge's experiment and name; the repository, of what GitHub deploys."""
    goes_live: Target
    rollback: Annotated[str, Field(min_length=1, max_length=600)]
    """What rolling back means, for the card."""
    rolled_back_by: Names | tuple[()] = ()
    """The groups that alone may roll it back; without any, its approvers and authors may."""
    authors: Authors = Authors()
    rule: ReleaseRule
    gates: Annotated[tuple[GateBlock, ...], Field(min_length=1)]
    checks: Checks | None = None
    live_checks: Annotated[tuple[LiveCheckBlock, ...], Field(max_length=MAX_LIVE_CHECKS)] = ()
    freezes: tuple[Freeze, ...] = ()
    tiered: bool = True
    """Whether it has a risk tier, where there is a tiers.yaml."""
    exceptions: ExceptionsBlock | None = None

    @model_validator(mode="after")
    def _fits_its_source(self) -> Self:
        if (self.goes_live.model_package is not None) and self.source != "sagemaker":
            raise wrong("“model_package” needs “source: sagemaker”", "set both")
        if self.source == "sagemaker" and not GROUP.fullmatch(self.model):
            raise wrong(
                "the model of a service of SageMaker is a model package group", "use its name, without an ARN"
            )
        if self.source == "unity-catalog" and not IN_CATALOG.fullmatch(self.model):
            raise wrong(
                "the model of a service of Unity Catalog has three parts",
                "write it like catalog.schema.model",
            )
        if self.goes_live.alias is not None and self.source not in (*MLFLOW_SOURCES, "unity-catalog"):
            raise wrong("“alias” needs “source: mlflow” or unity-catalog", "use another way of going live")
        gates = (*self.gates, *(self.checks.gates if self.checks else ()))
        authors = self.authors.sources if "sources" in self.authors.model_fields_set else ()
        if found := misfit(self.source, self.goes_live.way, gates, authors):
            raise wrong(*found)
        if self.source == "github" and not REPOSITORY.fullmatch(self.model):
            raise wrong(
                "the model of a service that GitHub deploys is its repository", "write it like northwind/web"
            )
        if self.source == "mlflow-judges" and not all(self.model.rpartition("/")[::2]):
            raise wrong("a judge is named by its experiment and its name", "write it like support/polite")
        return self

    @model_validator(mode="after")
    def _can_be_rolled_back(self) -> Self:
        if self.goes_live.deployment and any(one.on_failure == "roll-back" for one in self.live_checks):
            what = "what GitHub deploys can't be rolled back by Daypass"
            raise wrong(what, "set on_failure: offer, and run the workflow for the version before")
        return self

    @model_validator(mode="after")
    def _names_of_their_own(self) -> Self:
        checks = self.checks.gates if self.checks else ()
        for group in (self.gates, checks, self.live_checks, self.freezes):
            names = [one.name for one in group]
            if repeated := [name for name in names if names.count(name) > 1]:
                raise wrong(f"two have the name “{repeated[0]}”", "give each its own name")
        return self


class PersonBlock(Block):
    """One human being: their Slack accounts, and what other systems call them."""

    accounts: Annotated[tuple[Member, ...], Field(min_length=1), AfterValidator(no_repeats)]
    known_as: Annotated[tuple[Line, ...], AfterValidator(no_repeats)] = ()


class PeopleFile(Block):
    """`people.yaml`: only who has more than one account, or another name elsewhere, has to stand here."""

    people: Annotated[dict[Name, PersonBlock], Field(min_length=1)]
