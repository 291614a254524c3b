"""Prompts of MLflow's registry as evidence (https://mlflow.org/docs/latest/genai/prompt-registry/).

A prompt is a registered model whose versions have their text, and what belongs to it, in tags. MLflow's own clients never
change a version's text, but its API lets whoever may write do so: so a prompt is known by its content, read anew each
time, like any artifact.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from integrations.mlflow.authors import authors_of
from integrations.mlflow.card import read_card
from integrations.mlflow.client import MLflow, plausible
from integrations.mlflow.fields import as_text
from integrations.mlflow.judgements import judgements
from integrations.mlflow.lineage import Lineage
from integrations.mlflow.login import LoginProbe
from integrations.mlflow.observed import observed
from integrations.mlflow.texts import Files, artifact_of, difference_of
from workflows.ports import Permanent
from workflows.releases.evidence import Artifact, Evidence, Login, Order, Version
from workflows.text import one_line

IS_PROMPT = "mlflow.prompt.is_prompt"
_TEXT = "mlflow.prompt.text"
_TYPE = "_mlflow_prompt_type"
_CHAT = "chat"
_BESIDES = {
    "_mlflow_prompt_response_format": "response_format.json",
    "_mlflow_prompt_model_config": "model_config.json",
}
"""What belongs to the text, by its tag; any other tag is about the prompt, and no part of it."""
MAX_PROMPT_CHARS = 1 << 20
"""Of each file; MLflow itself takes 100,000 characters of text."""
NO_RUN = "A prompt has no run."


@dataclass(frozen=True)
class _Prompt:
    about: dict[str, Any]
    files: Files


class PromptRegistry:
    """The `Registry` of prompts. A version's bytes are its text, or messages, with its configuration."""

    def __init__(self, mlflow: MLflow) -> None:
        self._mlflow = mlflow
        self._probe = LoginProbe(mlflow)

    async def read(self, order: Order, live: str | None) -> Evidence:
        """What there is. Raises Retryable, or Permanent if it is a model or MLflow doesn't let Daypass look at all."""
        prompt = await self._prompt(order.model, order.version)
        before = await self._prompt(order.model, live) if live else None
        return Evidence(
            candidate=await self._version(order, prompt) if prompt else None,
            live=live,
            observed=await observed(self._mlflow, order, None),
            judged=await judgements(self._mlflow, order),
            login=await self.login(),
            difference=await difference_of(before.files, prompt.files) if before and prompt else "",
        )

    async def versions(self, model: str) -> list[str]:
        """Newest first, at most 200. Raises Retryable or Permanent."""
        found = await self._mlflow.find(
            "model-versions/search",
            filter=f"name='{model}' AND tag.`{IS_PROMPT}` = 'true'",
            max_results="200",
            order_by="version_number DESC",
        )
        with plausible():
            return [as_text(one["version"]) for one in (found or {}).get("model_versions", [])[:200]]

    async def artifact(
        self, model: str, version: str, since: datetime | None, wanted: tuple[str, ...] = ()
    ) -> Artifact:
        """Its text and configuration as they are now. Raises Retryable or Permanent."""
        prompt = await self._prompt(model, version)
        if prompt is None:
            raise Permanent(f"MLflow has no version {one_line(version, 60)} of the prompt {model}.")
        return artifact_of(prompt.files, wanted)

    async def login(self) -> Login:
        """Whether MLflow asks for a login, tried once a minute. Raises Retryable or Permanent."""
        return await self._probe.login()

    async def _version(self, order: Order, prompt: _Prompt) -> Version:
        with plausible():
            about = prompt.about
            description = as_text(about.get("description", ""), MAX_PROMPT_CHARS)
            number, status = as_text(about["version"], 60), as_text(about.get("status", ""), 60)
        nowhere = Lineage(run="", folder="", runs=(), named=())
        return Version(
            version=number,
            status=status,
            authors=await authors_of(self._mlflow, about, nowhere),
            card=await read_card(description),
            artifact=artifact_of(prompt.files, order.files),
            troubles={"run": NO_RUN},
        )

    async def _prompt(self, name: str, version: str) -> _Prompt | None:
        """None if there is no such version. Raises Retryable, or Permanent for a model or a prompt without a text."""
        found = await self._mlflow.find("model-versions/get", name=name, version=version)
        if found is None:
            return None
        with plausible():
            about = dict(found["model_version"])
            tags = {str(tag["key"]): tag.get("value", "") for tag in about.get("tags", [])}
            is_prompt = tags.get(IS_PROMPT, "").casefold() == "true"
            files = _files(tags) if is_prompt else {}
        if not is_prompt:
            raise Permanent(f"{name} is a model in MLflow, not a prompt. Correct the service's source.")
        if not files:
            raise Permanent(f"MLflow has no text of version {one_line(version, 60)} of the prompt {name}.")
        if max(map(len, files.values())) > MAX_PROMPT_CHARS:
            raise Permanent(f"The prompt is too long: the limit is {MAX_PROMPT_CHARS:,} characters.")
        return _Prompt(about, files)


def _files(tags: dict[str, Any]) -> Files:
    """Name → text, as it stands in MLflow; none without a text. Raises TypeError for what isn't text."""
    if _TEXT not in tags:
        return {}
    name = "messages.json" if tags.get(_TYPE) == _CHAT else "prompt.txt"
    named = {_TEXT: name, **{tag: file for tag, file in _BESIDES.items() if tag in tags}}
    if not all(isinstance(tags[tag], str) for tag in named):
        raise TypeError("no text")
    return {file: tags[tag] for tag, file in named.items()}
