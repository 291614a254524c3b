"""What a policy may say of a check on live metrics, and what is kept of it."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from workflows.policy.fields import Name, Seconds, wrong
from workflows.policy.schema.block import Block
from workflows.policy.schema.gates import Key, Number
from workflows.policy.terms.snapshot import Snapshot

MLFLOW = "mlflow"
"""The source whose metrics are those of runs that watch a version."""
LiveSubject = Literal["quality", "drift", "data-quality", "latency", "cost"]
OnFailure = Literal["offer", "roll-back"]
SHORTEST_SECONDS = 10
"""Between two looks."""
MAX_FAILURES = 20
Query = Annotated[str, StringConstraints(min_length=1, max_length=2_000, pattern=r"^[^\x00]+$")]
Pointer = Annotated[str, StringConstraints(max_length=250, pattern=r"^(/([^~/]|~0|~1)*)*$")]
"""A JSON Pointer (RFC 6901)."""


class LiveCheckBlock(Block):
    """One check on live metrics as the bundle has it."""

    name: Name
    about: LiveSubject
    source: Name
    """`mlflow`, or a name of DAYPASS_LIVE_METRICS."""
    metric: Key | None = None
    observed_in: Key | None = None
    """`mlflow`: the experiment whose newest finished run about the version has the metric."""
    query: Query | None = None
    """Prometheus: an instant query; `$version`, `$service` and `$model` in it are replaced."""
    pointer: Pointer | None = None
    """HTTP: where the number is in the JSON document."""
    at_least: Number | None = None
    at_most: Number | None = None
    better: Literal["higher", "lower"] | None = None
    worse_by: Number | None = None
    """Compared with the version before, read at the same moment: by how much it may be worse."""
    at: tuple[Seconds, ...] = ()
    """How long after going live it is looked at."""
    every: Seconds | None = None
    """How often it is looked at while it is live."""
    failures: Annotated[int, Field(strict=True, ge=1, le=MAX_FAILURES)] = 3
    """How many looks in a row have to fail."""
    on_failure: OnFailure = "offer"

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        asks = [self.metric, self.query, self.pointer].count(None)
        if asks != 2 or (self.source == MLFLOW) != (self.metric is not None):
            what = "a live check needs “metric” for MLflow, “query” for Prometheus, or “pointer” for HTTP"
            raise wrong(what, "set one of them")
        if (self.metric is None) != (self.observed_in is None):
            raise wrong("“metric” and “observed_in” belong together", "set both or neither")
        if self.at_least is None and self.at_most is None and self.worse_by is None:
            raise wrong("the live check has no threshold", "set at_least, at_most or worse_by")
        if self.better is not None and self.worse_by is None:
            raise wrong("“better” needs “worse_by”", "add worse_by: 0, or remove this line")
        return self

    @model_validator(mode="after")
    def _is_looked_at(self) -> Self:
        if not self.at and self.every is None:
            raise wrong("the live check is never looked at", "set every: 5m, or at: [15m, 1d]")
        if self.every is not None and self.every < SHORTEST_SECONDS:
            raise wrong(
                f"it would be looked at more often than every {SHORTEST_SECONDS} seconds", "set every: 1m"
            )
        return self


class LiveCheckTerms(Snapshot):
    """One check on live metrics. Numbers are decimal text, times seconds; which fields count depends on its source."""

    name: str
    about: LiveSubject
    source: str
    metric: str = ""
    observed_in: str = ""
    query: str = ""
    pointer: str | None = None
    at_least: str | None = None
    at_most: str | None = None
    better: Literal["higher", "lower"] = "lower"
    worse_by: str | None = None
    """Compared with the version before, it may be worse by so much; None: it isn't compared."""
    at: tuple[int, ...] = ()
    """Seconds after going live."""
    every: int | None = None
    failures: int = 3
    on_failure: OnFailure = "offer"
