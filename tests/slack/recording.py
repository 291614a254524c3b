"""Answers of Slack's that note which of their fields Daypass reads."""

import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

ROOT = Path(__file__).parents[2]
READERS = (str(ROOT / "bot"), str(ROOT / "integrations" / "slack"))
Path_ = tuple[str, ...]


class Noting(dict[str, Any]):
    """A dictionary that notes the path of each key that Daypass's own code asks for."""

    def __init__(self, fields: dict[str, Any], noted: set[Path_], path: Path_) -> None:
        super().__init__({name: noting(value, noted, (*path, name)) for name, value in fields.items()})
        self._noted = noted
        self._path = path

    def _note(self, key: object) -> None:
        reader = sys._getframe(2).f_code.co_filename
        if reader.startswith(READERS):
            self._noted.add((*self._path, str(key)))

    def __getitem__(self, key: str) -> Any:
        self._note(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self._note(key)
        return super().get(key, default)

    def __contains__(self, key: object) -> bool:
        self._note(key)
        return super().__contains__(key)


def noting(value: Any, noted: set[Path_], path: Path_ = ()) -> Any:
    """The value, with every dictionary in it noting; a list's items have the path of the list."""
    if isinstance(value, dict):
        return Noting(value, noted, path)
    if isinstance(value, list):
        return [noting(item, noted, path) for item in value]
    return value


class NotingClient(AsyncWebClient):
    """Slack's client, whose answers note what is read of them: `read` has the paths by method."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.read: dict[str, set[Path_]] = defaultdict(set)

    async def _request(self, *, http_verb: str, api_url: str, req_args: dict[str, Any]) -> dict[str, Any]:
        answer = await super()._request(http_verb=http_verb, api_url=api_url, req_args=req_args)
        method = api_url.rpartition("/")[2]
        return {**answer, "data": noting(answer["data"], self.read[method])}
