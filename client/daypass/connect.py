"""Turns an entitlement's recipe and the secret from Vault into what programs read: variables, files, a URL.

A recipe is what `GET /entitlements` gives as `connect`: `environment` (variable → text), `files` (variable → content of a
file of which the variable gets the path), `url` (SQLAlchemy's). `<name>` in these stands for a field of the secret.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from daypass.errors import DaypassError
from daypass.text import one_line

_FIELD = re.compile(r"<([A-Za-z][A-Za-z0-9_-]{0,63})>")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_RUNS_CODE = re.compile(
    r"LD_.*|DYLD_.*|PATH|HOME|SHELL|IFS|ENV|BASH_.*|ZDOTDIR|PROMPT_COMMAND|PS[0-9]|PYTHON.*|PERL.*|RUBY.*|NODE_.*"
    r"|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|GIT_.*|EDITOR|VISUAL|PAGER|PSQLRC|PSQL_EDITOR|PSQL_PAGER|LESSOPEN|DAYPASS_.*",
    re.IGNORECASE,
)
"""Variables by which somebody who writes recipes could run their own code here, or call Daypass as you."""
_RIVALS: Mapping[str, tuple[str, ...]] = {
    "PGHOST": ("PGHOSTADDR", "PGSERVICE"),
    "AWS_ACCESS_KEY_ID": ("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"),
    "VAULT_TOKEN": ("BAO_TOKEN",),
}
"""By variable, others of the user's own that would win over it or not go with it."""


@dataclass(frozen=True)
class Recipe:
    """How programs are told about a login."""

    env: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    url: str | None = None

    @property
    def says_nothing(self) -> bool:
        """Whether no program could be told anything."""
        return not self.env and not self.files


def read_recipe(given: Mapping[str, Any] | None) -> Recipe:
    """Read what the API gives. Raises DaypassError if it could run code here."""
    found = given or {}
    recipe = Recipe(_texts(found.get("environment")), _texts(found.get("files")), found.get("url") or None)
    for name in (*recipe.env, *recipe.files):
        if not _VARIABLE.fullmatch(name) or _RUNS_CODE.fullmatch(name):
            raise DaypassError(
                f"The policy bundle wants to set {one_line(name, 60)} for your program, which could run anything. "
                "Tell Daypass's operators."
            )
    return recipe


def variables(recipe: Recipe, secret: Mapping[str, str]) -> dict[str, str]:
    """Return each variable's text; those whose fields the secret lacks are left out."""
    return {
        name: _filled(text, secret)
        for name, text in recipe.env.items()
        if all(secret.get(one) for one in _FIELD.findall(text))
    }


def contents(recipe: Recipe, secret: Mapping[str, str]) -> dict[str, str]:
    """Return the content of the file of each variable. Raises DaypassError if the secret lacks a field."""
    return {name: _filled(text, secret) for name, text in recipe.files.items()}


def url(recipe: Recipe, secret: Mapping[str, str]) -> str | None:
    """Return SQLAlchemy's URL with the secret in it, if the recipe has one. Raises DaypassError."""
    if recipe.url is None:
        return None
    return _filled(recipe.url, {name: quote(text, safe="") for name, text in secret.items()})


def without_rivals(environment: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Return the environment without the user's own variables that would win over these, or not go with them."""
    ours = set(names)
    rivals = {rival for name in ours for rival in _RIVALS.get(name, ())} - ours
    return {name: text for name, text in environment.items() if name not in rivals}


def _filled(text: str, secret: Mapping[str, str]) -> str:
    def one(found: re.Match[str]) -> str:
        if found[1] not in secret:
            raise DaypassError(
                f"The credential has no “{found[1]}”, which the policy bundle's `connect` uses. "
                "Tell Daypass's operators."
            )
        return secret[found[1]]

    return _FIELD.sub(one, text)


def _texts(given: Any) -> dict[str, str]:
    return {str(name): str(text) for name, text in (given or {}).items()}
