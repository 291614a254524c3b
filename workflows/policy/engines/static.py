"""Engines of which nothing is ever given: nobody's clock ends what comes out of them."""

from workflows.policy.engines.contract import Engine

_STATIC = (
    "It is the same secret for everybody and works until somebody changes it. "
    "Let an engine make a credential for each grant, such as database, or keep the secret where Vault can use it."
)
_KEYS = "It gives no credential: what is encrypted, signed or derived once stays so for ever."

KV = Engine("kv", ("kv/", "kv-v2/", "kvv2/", "secret/"), (), "static secrets", never=_STATIC)
CUBBYHOLE = Engine("cubbyhole", ("cubbyhole/",), (), "cubbyhole secrets", never=_STATIC)
TRANSIT = Engine("transit", ("transit/",), (), "ciphertexts and keys", never=_KEYS)
TOTP = Engine(
    "totp",
    ("totp/",),
    (),
    "one-time codes",
    never="A session that a code has opened goes on, and nothing in Vault can end it.",
)
IDENTITY = Engine(
    "identity",
    ("identity/",),
    (),
    "signed statements of who somebody is",
    never="Nothing in Vault can end what believes it.",
)
