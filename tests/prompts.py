"""What a team does with prompts and judges on a real MLflow server, by its REST API."""

import json
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import requests

from tests.lab import Lab

_numbers = count(1)
_IS_PROMPT = {"mlflow.prompt.is_prompt": "true"}
TEXT = "mlflow.prompt.text"
AUTHOR = {"mlflow.user": "ada@northwind.example"}


@dataclass(frozen=True)
class PromptLab:
    """One prompt of its own, as MLflow's client registers it."""

    lab: Lab

    @property
    def name(self) -> str:
        return self.lab.model

    def register(
        self,
        text: str | list[dict[str, str]],
        tags: dict[str, str] | None = None,
        message: str = "",
        **config: Any,
    ) -> str:
        """A version; `config` are its response format and model configuration."""
        chat = not isinstance(text, str)
        told = {
            **_IS_PROMPT,
            TEXT: json.dumps(text) if chat else text,
            "_mlflow_prompt_type": "chat" if chat else "text",
            **{f"_mlflow_prompt_{name}": json.dumps(value) for name, value in config.items()},
            **(AUTHOR if tags is None else tags),
        }
        made = self.lab.call(
            "POST",
            "model-versions/create",
            name=self.name,
            source="dummy-source",
            description=message,
            tags=_listed(told),
        )
        return str(made["model_version"]["version"])

    def tag(self, version: str, key: str, value: str) -> None:
        self.lab.call("POST", "model-versions/set-tag", name=self.name, version=version, key=key, value=value)

    def delete(self, version: str) -> None:
        self.lab.call("DELETE", "model-versions/delete", name=self.name, version=version)


def new_prompt(lab: Lab) -> PromptLab:
    """A prompt that no other test knows, beside the lab's model."""
    name = f"{lab.model}.prompt-{next(_numbers)}"
    lab.call("POST", "registered-models/create", name=name, tags=_listed(_IS_PROMPT))
    return PromptLab(replace(lab, model=name))


@dataclass(frozen=True)
class JudgeLab:
    """An experiment with a judge that checks texts against a pattern, as MLflow's RegexMatch does without any LLM."""

    lab: Lab
    experiment: str
    id: str
    judge: str = "polite"

    @property
    def name(self) -> str:
        return f"{self.experiment}/{self.judge}"

    def register(self, pattern: str = "please", judge: str = "") -> str:
        """A version of the judge; its number."""
        named = judge or self.judge
        about = {"name": named, "pattern": pattern, "match_type": "search", "case_insensitive": False}
        scorer = {
            "name": named,
            "serialization_version": 1,
            "builtin_scorer_class": "RegexMatch",
            "builtin_scorer_pydantic_data": about,
        }
        made = self._post("scorers/register", name=named, serialized_scorer=json.dumps(scorer))
        return str(made["version"])

    def delete(self, version: str) -> None:
        body = {"experiment_id": self.id, "name": self.judge, "version": int(version)}
        url = f"{self.lab.url}/api/3.0/mlflow/scorers/delete"
        requests.delete(url, json=body, timeout=20).raise_for_status()

    def evaluated(self, about: str, rows: list[Any], version: str = "1", status: str = "FINISHED") -> str:
        """A run that judged these rows about `model/version`, one value each (None: no score); its id."""
        tags = [{"key": "daypass.version", "value": about}]
        run = self.lab.call("POST", "runs/create", experiment_id=self.id, tags=tags)["run"]["info"]["run_id"]
        for value in rows:
            self.judge_row(run, self.row(run), value, version)
        self.lab.call("POST", "runs/update", run_id=run, status=status, end_time=next(_numbers))
        return str(run)

    def row(self, run: str, **tags: str) -> str:
        """A row of the run: a trace; its id."""
        id = f"tr-{next(_numbers):032x}"
        where = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": self.id}}
        info = {
            "trace_id": id,
            "trace_location": where,
            "request_time": "2026-03-02T09:00:00Z",
            "state": "OK",
            "trace_metadata": {"mlflow.sourceRun": run},
            "tags": tags,
        }
        self._post("traces", trace={"trace_info": info})
        return id

    def judge_row(
        self, run: str, row: str, value: Any, version: str | None, digest: str = "sha256:1"
    ) -> None:
        """What the judge said of a row, as `mlflow.genai.evaluate` writes it; no version: it isn't registered."""
        registered = {
            "mlflow.assessment.scorerName": self.judge,
            "mlflow.assessment.scorerVersion": version,
        }
        about = {
            "mlflow.assessment.sourceRunId": run,
            "mlflow.assessment.scorerDigest": digest,
            **(registered if version else {}),
        }
        said = {"value": value} if value is not None else {"error": {"error_code": "TIMEOUT"}}
        assessment = {
            "assessment_name": self.judge,
            "trace_id": row,
            "source": {"source_type": "CODE", "source_id": "default"},
            "create_time": "2026-03-02T09:00:00Z",
            "last_update_time": "2026-03-02T09:00:00Z",
            "feedback": said,
            "metadata": about,
        }
        self._post(f"traces/{row}/assessments", assessment=assessment)

    def _post(self, path: str, **body: Any) -> dict[str, Any]:
        url = f"{self.lab.url}/api/3.0/mlflow/{path}"
        answer = requests.post(url, json={"experiment_id": self.id, **body}, timeout=20)
        assert answer.ok, answer.text
        return dict(answer.json())


def new_judge(lab: Lab) -> JudgeLab:
    """A judge of its own, none of whose versions is registered yet."""
    name = f"{lab.model}-support/{next(_numbers)}"
    made = lab.call("POST", "experiments/create", name=name)
    return JudgeLab(lab, name, str(made["experiment_id"]))


def _listed(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags.items()]
