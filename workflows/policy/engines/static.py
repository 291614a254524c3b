"""Engines that Daypass never gives access to: what they hand out doesn't expire."""

from workflows.policy.engines.contract import Engine

_STATIC = (
    "The secret is the same for everyone and works until it is changed. "
    "Use an engine that creates a credential for each grant, such as database."
)
_KEYS = "It issues no credentials: what was encrypted, signed or derived once can't be taken back."

CUBBYHOLE = Engine("cubbyhole", ("cubbyhole/",), (), "cubbyhole secrets", never=_STATIC)
TRANSIT = Engine("transit", ("transit/",), (), "ciphertexts and keys", never=_KEYS)
TOTP = Engine(
    "totp",
    ("totp/",),
    (),
    "one-time codes",
    never="Vault can't end a session that was opened with a code.",
)
IDENTITY = Engine(
    "identity",
    ("identity/",),
    (),
    "identity tokens",
    never="Vault can't revoke a token that another system has accepted.",
)
