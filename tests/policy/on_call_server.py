"""A small HTTP server that stands for the systems that keep on-call schedules: it answers as it is told to."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.loopback import Call, Loopback, Reply


@dataclass
class Answer:
    """What is answered: JSON, text, or bytes."""

    body: Any = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def raw(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


@dataclass(frozen=True)
class Asked:
    """A request as it came in."""

    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]


class OnCallServer(Loopback):
    """Serves on loopback until it is stopped. `answers` are given one after the other, the last one again and again."""

    def __init__(self) -> None:
        self.answers: list[Answer] = [Answer()]
        self.asked: list[Asked] = []
        super().__init__()

    def says(self, *answers: Answer) -> None:
        self.answers, self.asked = [*answers], []

    def reply(self, call: Call) -> Reply:
        parts = urlsplit(call.path)
        self.asked.append(Asked(parts.path, parse_qsl(parts.query), dict(call.headers)))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return Reply(answer.status, answer.raw, answer.headers)
