"""Whether a credential can be had at all as an entitlement says: by which engine, and for how long."""

import math
from collections.abc import Iterator

from workflows.durations import spell_duration
from workflows.policy.bundle import Entitlement
from workflows.policy.document import Document, Path
from workflows.policy.engines import ENGINES, Engine
from workflows.policy.problems import Problem, undefined
from workflows.policy.schema.rules import Recipe

_ACCEPTED = (
    "use an engine that creates a credential for each grant, such as database; or accept it with “static: true”: the "
    "secret is the same for everyone and works until someone changes it, and each grant stays ending until then"
)
_ENDS = frozenset({"not_after", "valid_before"})
"""Parameters that set an end of their own, beside the grant's."""


def recipe_problems(document: Document, path: Path, recipe: Recipe) -> Iterator[Problem]:
    """What is wrong with where the credential comes from."""
    engine = ENGINES.get(recipe.engine_name)
    if engine is None:
        yield _unknown(document, path, recipe)
    elif engine.never:
        yield document.problem((*path, "path"), f"Daypass doesn't support {engine.makes}", engine.never)
    elif engine.static and not recipe.static:
        yield document.problem((*path, "path"), f"{engine.makes} can't be taken back", _ACCEPTED)
    elif recipe.static and not engine.static:
        what = f"{engine.makes} aren't static: each grant gets its own"
        yield document.problem((*path, "static"), what, "remove it", at_key=True)
    elif not engine.makes_at(recipe.path):
        usual = (engine.paths or ("my-mount/",))[0].split("/")[0]
        meant = f"use a path such as {usual}/{engine.verbs[0]}/my-role"
        yield document.problem((*path, "path"), f"{engine.makes} can't be created at “{recipe.path}”", meant)
    else:
        yield from _parameter_problems(document, path, recipe, engine)


def _unknown(document: Document, path: Path, recipe: Recipe) -> Problem:
    usable = sorted(name for name, one in ENGINES.items() if not one.never)
    if recipe.secrets_engine is not None:
        return document.problem((*path, "engine"), *undefined("engine", recipe.secrets_engine, usable))
    what = f"“{recipe.path}” doesn't match a known secrets engine"
    return document.problem((*path, "path"), what, f"add “engine: …” with one of {', '.join(usable)}")


def _parameter_problems(document: Document, path: Path, recipe: Recipe, engine: Engine) -> Iterator[Problem]:
    if engine.static and recipe.parameters:
        what = "a static secret is read, and with parameters the call would overwrite it"
        yield document.problem((*path, "parameters"), what, "remove it", at_key=True)
    if engine.static and recipe.target:
        what = "a static secret has no login of its own whose end a target could confirm"
        yield document.problem((*path, "target"), what, "remove it", at_key=True)
    for name in sorted(_ENDS & set(recipe.parameters)):
        if engine.takes_ttl:
            what = "a credential expires with its grant, so this can't be set"
            yield document.problem((*path, "parameters", name), what, "remove it", at_key=True)


def duration_problems(document: Document, path: Path, entitlement: Entitlement) -> Iterator[Problem]:
    """Grants that the rule allows and the engine makes no credential for."""
    engine = ENGINES.get(entitlement.vault.engine_name)
    allowed = entitlement.rule.shortest
    if engine is None or allowed >= engine.shortest_grant:
        return
    least = spell_duration(engine.shortest_grant)
    what = f"{engine.makes} can't be created for less than {least}, but the rule allows {spell_duration(allowed)}"
    meant = f"write “shortest: {spell_duration(_with_room(engine.shortest_grant))}” in its rule"
    yield document.problem((*path, "vault"), what, meant, at_key=True)


def _with_room(seconds: int) -> int:
    """Whole minutes, with one for the click that comes after the approval."""
    return (math.ceil(seconds / 60) + 1) * 60
