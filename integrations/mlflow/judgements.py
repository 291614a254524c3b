"""What judges said of a version: MLflow's scorers, whose assessments of each row carry the scorer's name and version.

`mlflow.genai.evaluate` writes them (https://mlflow.org/docs/latest/genai/eval-monitor/); scores are computed from these
rows here, for a metric of the run says nothing of who judged. All of it is what somebody wrote to MLflow.
"""

import hashlib
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

from integrations.mlflow.client import MLflow, Refusal, plausible
from integrations.mlflow.fields import as_text
from integrations.mlflow.observed import experiment_named, newest_run
from workflows.releases.evidence import Order
from workflows.releases.gates.numbers import EXACT, number_in
from workflows.releases.judgement import Judgement
from workflows.text import one_line

MAX_ROWS = 2_000
ROWS_PER_CALL = 100
"""Each may come with a thousand characters of what was asked and answered."""
_IN_WORDS = {"yes": Decimal(1), "no": Decimal(0)}
"""As MLflow counts them (CategoricalRating)."""
_OF_A_JUDGE = "mlflow.trace.sourceScorer"
"""Tag of a trace that a judge left while it judged another."""


async def judgements(mlflow: MLflow, order: Order) -> tuple[Judgement, ...]:
    """Of each judge that is asked for. Raises Retryable or Permanent."""
    return tuple([await _judgement(mlflow, order, *one) for one in order.judged])


async def definition_of(mlflow: MLflow, experiment: str, judge: str, version: str) -> str | None:
    """A judge's definition as it is registered, in MLflow's own form; None if there is none.

    Raises Retryable or Permanent.
    """
    asked = {"experiment_id": experiment, "name": judge, "version": version}
    found = await mlflow.find("scorers/get", **asked)
    if found is None:
        return None
    with plausible():
        scorer = found["scorer"]
        if not isinstance(scorer["serialized_scorer"], str):
            raise TypeError("no text")
        return str(scorer["serialized_scorer"])


async def _judgement(mlflow: MLflow, order: Order, experiment: str, judge: str, version: int) -> Judgement:
    found = Judgement(experiment=experiment, judge=judge, asked=version)
    if (id := await experiment_named(mlflow, experiment)) is None:
        return found
    definition = await definition_of(mlflow, id, judge, str(version))
    pinned = hashlib.sha256(definition.encode()).hexdigest() if definition is not None else ""
    found = found.model_copy(update={"pinned": pinned})
    if not (run := await newest_run(mlflow, id, order)):
        return found
    found = found.model_copy(update={"run": run})
    rows = [row async for row in _rows(mlflow, id, run)]
    if len(rows) > MAX_ROWS:
        return found.model_copy(update={"trouble": f"Run {run} has more than {MAX_ROWS:,} rows."})
    with plausible():
        return _counted(found, rows)


async def _rows(mlflow: MLflow, experiment: str, run: str) -> AsyncIterator[dict[str, Any]]:
    """The run's traces, one more than `MAX_ROWS` at most."""
    where = [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment}}]
    query: dict[str, Any] = {"locations": where, "filter": f"attributes.run_id = '{run}'"}
    token, left = "", MAX_ROWS + 1
    while left > 0:
        page = {"max_results": min(ROWS_PER_CALL, left), **({"page_token": token} if token else {})}
        try:
            answer = await mlflow.send("POST", "traces/search", query | page)
        except Refusal as refusal:
            raise refusal.explained() from None
        with plausible():
            rows = [one for one in answer.get("traces", []) if _OF_A_JUDGE not in (one.get("tags") or {})]
            token = as_text(answer.get("next_page_token") or "", 2_000)
        for row in rows:
            yield row
        left -= ROWS_PER_CALL
        if not token:
            return


def _counted(found: Judgement, rows: list[dict[str, Any]]) -> Judgement:
    """Raises what a row that isn't built as MLflow's makes it raise."""
    versions, definitions, total, judged = set[str](), set[str](), Decimal(0), 0
    for row in rows:
        said = [one for one in row.get("assessments") or [] if _is_by(one, found.judge, found.run)]
        for one in said:
            about = one.get("metadata") or {}
            versions.add(as_text(about.get("mlflow.assessment.scorerVersion", "")))
            definitions.add(as_text(about.get("mlflow.assessment.scorerDigest", "")))
        if len(said) > 1:
            why = f"{found.judge} gave {len(said)} scores for one row of run {found.run}."
            return found.model_copy(update={"trouble": why})
        for one in said:
            value = (one.get("feedback") or {}).get("value")
            if value is None:
                continue
            if (score := _score(value)) is None:
                what = one_line(str(value), 40)
                why = f"{found.judge} said “{what}”, which is neither a number nor yes or no."
                return found.model_copy(update={"trouble": why})
            total, judged = EXACT.add(total, score), judged + 1
    return found.model_copy(
        update={
            "versions": tuple(sorted(versions)),
            "definitions": tuple(sorted(definitions)),
            "rows": len(rows),
            "judged": judged,
            "total": str(total),
        }
    )


def _is_by(assessment: dict[str, Any], judge: str, run: str) -> bool:
    """Whether the judge said it, in this run or in none that is named; also what somebody put in its place."""
    about = assessment.get("metadata") or {}
    named = judge in (assessment["assessment_name"], about.get("mlflow.assessment.scorerName"))
    return named and about.get("mlflow.assessment.sourceRunId", run) == run and "feedback" in assessment


def _score(value: Any) -> Decimal | None:
    """Numbers come as the text that they were written as; None for what can't be counted."""
    if isinstance(value, bool):
        return Decimal(int(value))
    if isinstance(value, str) and (said := _IN_WORDS.get(value.casefold())) is not None:
        return said
    return number_in(str(value)) if isinstance(value, str | int) else None
