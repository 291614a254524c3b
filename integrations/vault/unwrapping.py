"""Opens what Vault has wrapped, with the wrapping token alone, as its holder does."""

from typing import Any

from pydantic import SecretStr

from integrations.vault.connection import Connection


def unwrapped(vault: Connection, token: SecretStr) -> dict[str, Any]:
    """The wrapped data. Blocks. Raises Failure; the token works once (https://openbao.org/api-docs/system/wrapping-unwrap/)."""
    answer = vault.call("post", "sys/wrapping/unwrap", token=token.get_secret_value())
    found: dict[str, Any] = answer["data"]
    return found
