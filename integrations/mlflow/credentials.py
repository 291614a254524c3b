"""How Daypass gets into MLflow: a token, or a user and password, from the settings or from a file that somebody renews."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from integrations.http_client import basic, bearer
from workflows.ports import Retryable

MAX_SECRET_CHARS = 20_000


@dataclass(frozen=True)
class MLflowLogin:
    """A bearer token, or a user and password; neither if MLflow asks nobody.

    `file` has the token, or the password if there is a user. It is read for each call.
    """

    token: SecretStr | None = None
    username: str | None = None
    password: SecretStr | None = None
    file: Path | None = None

    async def headers(self) -> dict[str, str]:
        """What a call carries. Raises Retryable if the file can't be read."""
        secret = await self._from_file() if self.file else None
        if self.username and (password := self.password or secret):
            return basic(self.username, password)
        token = self.token or secret
        return bearer(token) if token else {}

    async def _from_file(self) -> SecretStr:
        assert self.file is not None
        try:
            text = (await asyncio.to_thread(self.file.read_text)).strip()
        except (OSError, UnicodeError):
            text = ""
        if not text or len(text) > MAX_SECRET_CHARS or not text.isprintable():
            raise Retryable(
                "Daypass can't read its login for MLflow. Ask an operator to check the file in MLFLOW_TRACKING_TOKEN_FILE "
                "or MLFLOW_TRACKING_PASSWORD_FILE."
            )
        return SecretStr(text)
