"""Whether an entitlement can be had with the assurance that its rule asks for."""

from collections.abc import Iterator, Mapping

from workflows.policy.bundle import Entitlement
from workflows.policy.document import Document, Path
from workflows.policy.engines import ENGINES
from workflows.policy.fields import HIGH_POLICIES
from workflows.policy.problems import Problem
from workflows.policy.schema.kits import KitsFile

_NEEDED = {
    "passkey": "its approvers have to sign with their passkeys",
    "vault": "Vault's approvers have to authorize it",
}
_BY_CLICK = "use “assurance: click” for it"


_IN_KIT = {
    "passkey": "“{}” is signed for by itself, and a kit's card approves everything by one click",
    "vault": "“{}” waits for Vault's approvers, and a kit's logins are shown together",
}


def assurance_problems(document: Document, path: Path, entitlement: Entitlement) -> Iterator[Problem]:
    """What of an entitlement doesn't go with its assurance; `path` is where it stands in the document."""
    if entitlement.rule.assurance != "click":
        yield from _unapproved_problems(document, path, entitlement)
    if entitlement.rule.assurance == "vault":
        yield from _guarded_problems(document, path, entitlement)


def _guarded_problems(document: Document, path: Path, entitlement: Entitlement) -> Iterator[Problem]:
    """What can't be guarded by Vault's own approvers."""
    engine = ENGINES.get(entitlement.vault.engine_name)
    if engine is not None and not engine.waits:
        what = f"{engine.makes} can't wait for Vault's approvers: they wouldn't end with their grant"
        yield document.problem(
            (*path, "vault", "path"), what, f"use an engine such as database, or {_BY_CLICK}"
        )
    if not entitlement.vault.policy.startswith(HIGH_POLICIES):
        what = f"Vault's approvers guard “{entitlement.vault.policy}”, whose tokens the everyday login makes"
        yield document.problem((*path, "vault", "policy"), what, f"a policy “{HIGH_POLICIES}…”")


def _unapproved_problems(document: Document, path: Path, entitlement: Entitlement) -> Iterator[Problem]:
    """Ways to it that need no approval."""
    rule = entitlement.rule
    needed = _NEEDED[rule.assurance]
    if rule.automatic or not rule.stages:
        what = f"{entitlement.id} can be approved automatically, but {needed}"
        yield document.problem(path, what, f"list stages that every request needs, or {_BY_CLICK}")
    if rule.break_glass is not None:
        what = f"break-glass takes {entitlement.id} without approval, but {needed}"
        yield document.problem(path, what, f"set “allowed: false” in its break_glass, or {_BY_CLICK}")


def guarded_in_kits(
    document: Document, file: KitsFile, entitlements: Mapping[str, Entitlement]
) -> Iterator[Problem]:
    """Entitlements of a kit that one click can't approve: a kit has one button for all, and its logins are shown together."""
    for name, kit in file.kits.items():
        for n, one in enumerate(kit.entitlements):
            assurance = entitlements[one].rule.assurance if one in entitlements else "click"
            if assurance != "click":
                what = _IN_KIT[assurance].format(one)
                place = ("kits", name, "entitlements", n)
                yield document.problem(place, what, f"take it out of the kit, or {_BY_CLICK}")


def open_paths(
    entitlements: Mapping[str, Entitlement], places: Mapping[str, tuple[Document, Path]]
) -> Iterator[Problem]:
    """Entitlements by which one could go around Vault's approvers: the same path by another policy, or without them.

    Of several policies for one path, Vault takes the weakest.
    """
    guarded = {one.vault.path: one for one in entitlements.values() if one.rule.assurance == "vault"}
    for name, one in entitlements.items():
        other = guarded.get(one.vault.path)
        if other is None or (one.vault.policy == other.vault.policy and one.rule.assurance == "vault"):
            continue
        document, path = places[name]
        what = f"“{one.vault.path}” is guarded by Vault's approvers as {other.id}, and {name} would open it without them"
        yield document.problem((*path, "vault", "path"), what, f"use another path, or what {other.id} has")
