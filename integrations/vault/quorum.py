"""A credential that Vault's own approvers authorize: asked for in one turn, and made in another.

Vault answers the grant's token with a request to authorize instead of a credential, because the entitlement's policy has
a control group (control_group.py). Approvers authorize it with tokens of their own, which Daypass never sees. Then the
grant's token has it made. Tried on OpenBao 2.7.2, and what was seen is in docs/vault-quorum.md.
"""

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic import SecretStr

from integrations.vault.connection import Connection
from integrations.vault.control_group import ControlGroup, Unguarded, control_group_of
from integrations.vault.ending import not_yet, revoke_token, token_is_gone
from integrations.vault.errors import Failure, explained
from integrations.vault.minting import (
    SOON_REVOKED,
    MintingSettings,
    Progress,
    create_token,
    is_high,
    made_whole,
    read_path,
    taken_back,
    time_left,
    with_token,
)
from integrations.vault.validity import engine_for
from workflows.access.vault_quorum.asked import Asked, Authorized
from workflows.ports import Minted, MintOrder, Permanent, Retryable

TOKEN_MOUNT = "sys/internal/ui/mounts/auth/token"
SETUP = "An operator has to compare the setup with examples/vault/quorum."
WAITS_NO_MORE = "Vault's request for approval expired, or someone revoked it."


def ask(vault: Connection, recipe: MintingSettings, order: MintOrder, approvals: int) -> Asked:
    """Have Vault ask its approvers, at least so many. Blocks.

    Raises Permanent if nothing is left of it, Retryable if `end` should make sure of that.
    """
    progress = Progress(time.monotonic() + recipe.within)
    engine = engine_for(order, time_left(order, recipe))
    if not engine.waits:
        raise Permanent(
            f"Vault can't wait for approvers with {engine.makes}. "
            "Correct the assurance or the engine in the policy bundle."
        )
    guard = _guard(vault, order, approvals)
    _refuse_unknown(vault, order)
    try:
        auth = create_token(vault, recipe, order, progress, entity_alias=order.requester)
        recipe.reach("vault.token")
        _refuse_more_rights(order, auth)
        answer = read_path(vault, recipe, order, engine, progress)
        progress.lease_id = answer.get("lease_id") or None
        wrapped = _wrapped(order, answer)
        recipe.reach("vault.asked")
    except Exception as error:
        if taken_back(vault, progress) or not isinstance(error, Permanent):
            raise
        raise Retryable(f"{error} {SOON_REVOKED}") from None
    return Asked(
        accessor=wrapped["accessor"],
        until=min(order.ends_at, recipe.clock() + timedelta(seconds=wrapped["ttl"])),
        approvals=guard.approvals,
        groups=guard.groups,
        grant_accessor=progress.accessor,
        grant_token=SecretStr(progress.token),
        request_token=SecretStr(wrapped["token"]),
    )


def authorized(vault: Connection, asked: Asked) -> Authorized:
    """What Vault has by now. Blocks. Raises Permanent if it waits no more, else Retryable."""
    try:
        body = {"accessor": asked.accessor}
        found = vault.own("post", "sys/control-group/request", body, high=True)["data"]
    except Failure as failure:
        if token_is_gone(failure) or failure.refused_saying("invalid wrapping token"):
            raise Permanent(WAITS_NO_MORE) from None
        raise Retryable(str(explained(failure, "tell who has authorized a request", SETUP))) from None
    by = tuple(str(one.get("entity_name")) for one in found.get("authorizations") or ())
    return Authorized(by, enough=bool(found.get("approved")))


def collect(vault: Connection, recipe: MintingSettings, order: MintOrder, asked: Asked) -> Minted:
    """Have it made, and its request revoked: Vault would make another each time it is unwrapped. Blocks.

    Raises as `mint` does.
    """
    progress = Progress(
        time.monotonic() + recipe.within, asked.grant_token.get_secret_value(), asked.grant_accessor
    )
    engine = engine_for(order, time_left(order, recipe))

    def unwrap() -> dict[str, Any]:
        body = {"token": asked.request_token.get_secret_value()}
        deed = f"create a credential at {order.path}"
        try:
            answer = with_token(
                vault, progress, "post", "sys/wrapping/unwrap", body, deed=deed, remedy=WAITS_NO_MORE
            )
            progress.lease_id = answer.get("lease_id") or None
            recipe.reach("vault.unwrapped")
        finally:
            _revoke(vault, asked.accessor, order.path)
        return answer

    return made_whole(vault, recipe, order, engine, progress, unwrap)


def give_up(vault: Connection, asked: Asked) -> None:
    """Revoke the request and the grant's token, with all that belongs to it. Blocks. Raises Retryable."""
    _revoke(vault, asked.grant_accessor, "a request for approval")
    _revoke(vault, asked.accessor, "a request for approval")


def _revoke(vault: Connection, accessor: str, what: str) -> None:
    try:
        revoke_token(vault, accessor)
    except Failure as failure:
        raise not_yet(failure, what) from None


def guard_of(vault: Connection, policy: str, path: str, *, high: bool) -> ControlGroup:
    """Whom Vault's policy asks at the path, as it is right now. Blocks. Raises Failure or Unguarded."""
    rules = vault.own("get", f"sys/policies/acl/{policy}", high=high)["data"]["policy"]
    return control_group_of(rules, path)


def token_mount(vault: Connection, *, high: bool) -> str:
    """The accessor of the mount of tokens, on which people have their aliases. Blocks. Raises Failure."""
    return str(vault.own("get", TOKEN_MOUNT, high=high)["data"]["accessor"])


def is_known(vault: Connection, person: str, mount: str, *, high: bool) -> bool:
    """Whether someone has an entity with this alias on the mount. Blocks. Raises Failure."""
    body = {"alias_name": person, "alias_mount_accessor": mount}
    return bool(vault.own("post", "identity/lookup/entity", body, high=high).get("data"))


def _guard(vault: Connection, order: MintOrder, approvals: int) -> ControlGroup:
    """Who has to authorize it, as Vault's policy says right now. Raises Permanent if that is less than the bundle's rule."""
    path = f"sys/policies/acl/{order.vault_policy}"
    try:
        guard = guard_of(vault, order.vault_policy, order.path, high=is_high(order))
    except Failure as failure:
        raise explained(failure, f"show {path}", SETUP) from None
    except Unguarded as why:
        raise Permanent(f"The Vault policy {order.vault_policy} {why}. {SETUP}") from None
    if guard.approvals < approvals:
        raise Permanent(
            f"The Vault policy {order.vault_policy} asks for {guard.approvals} approvals at {order.path}, and the policy "
            f"bundle for {approvals}. {SETUP}"
        )
    return guard


def _refuse_unknown(vault: Connection, order: MintOrder) -> None:
    """Look for the requester among Vault's entities: one made on the fly would be nobody's, and could approve itself."""
    high = is_high(order)
    try:
        known = is_known(vault, order.requester, token_mount(vault, high=high), high=high)
    except Failure as failure:
        raise explained(failure, "look up the requester", SETUP) from None
    if not known:
        raise Permanent(
            f"Vault doesn't know who you are. An operator has to add the alias {order.requester} for auth/token to your "
            "entity in Vault (examples/vault/quorum)."
        )


def _refuse_more_rights(order: MintOrder, auth: Mapping[str, Any]) -> None:
    """With the requester's entity, a token has the policies of that entity and of its groups as well."""
    if further := sorted(auth.get("identity_policies") or ()):
        raise Permanent(
            f"The requester's entity in Vault, or a group of it, has the policies {', '.join(further)}, so the grant's "
            f"token would have them too. {SETUP}"
        )


def _wrapped(order: MintOrder, answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The request to authorize. Raises Permanent if Vault answered at once."""
    wrapped = answer.get("wrap_info")
    if answer.get("data") or not wrapped:
        raise Permanent(f"Vault asked no one about {order.path}, so nothing was handed out. {SETUP}")
    return dict(wrapped)
