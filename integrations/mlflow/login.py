"""Whether MLflow asks for a login, as it was found out last."""

import asyncio
import time

from integrations.mlflow.client import MLflow
from workflows.releases.evidence import Login

LOGIN_SECONDS = 60.0
"""For which it is taken for good."""


class LoginProbe:
    """Tries once a minute, however many ask."""

    def __init__(self, mlflow: MLflow) -> None:
        self._mlflow = mlflow
        self._found: tuple[float, Login] | None = None
        self._asking = asyncio.Lock()

    async def login(self) -> Login:
        """Raises Retryable or Permanent."""
        async with self._asking:
            if self._found is None or time.monotonic() - self._found[0] >= LOGIN_SECONDS:
                self._found = (time.monotonic(), await self._mlflow.login())
            return self._found[1]
