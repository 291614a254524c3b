"""Has CEL compiled and evaluated by a process of its own, which can use up neither memory nor time.

The CEL runtime has a budget of iterations and none of memory: 164 characters took 600 MB, and comparing lists
of lists takes time without end. So whatever a bundle holds and whatever is typed, an answer takes at most
SECONDS of processor time and MEMORY, or it is an error. Started when it is first needed, and anew after that.
"""

import json
import logging
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal

log = logging.getLogger(__name__)

SECONDS = 0.25
"""Of processor time, for all conditions of one request together; everyday ones take microseconds."""
MEMORY = 256 << 20
"""Bytes, for the whole process."""
START_SECONDS = 10.0
"""Seconds by the clock until an answer is given up, however busy the machine is."""
CASES_TOGETHER = 16
"""Cases that a worker is asked at once. A socket holds all their answers, so that it never waits for those to be read while
it is still being asked."""
SPARED = 60.0
"""Seconds for which what used up its bound isn't tried again, and is an error meanwhile."""
TOO_MUCH = f"it exceeds the {SECONDS:g} s or {MEMORY >> 20} MB a condition may use"
NOT_REACHED = "earlier conditions used up the time"
_SCRIPT = Path(__file__).with_name("worker.py")
_NO_MEMORY = "no-memory"

Result = Literal["true", "false", "error"]


@dataclass(frozen=True)
class Case:
    """Expressions with the values that they look at. `more_types` are the variables that they were compiled with, beside
    those of all."""

    sources: tuple[str, ...]
    variables: Mapping[str, Any]
    more_types: Mapping[str, str]

    @property
    def request(self) -> Mapping[str, Any]:
        """As a worker is asked."""
        return {
            "do": "evaluate",
            "sources": self.sources,
            "variables": self.variables,
            "types": self.more_types,
        }


class Exhausted(Exception):
    """The process is gone; `answers` are those that it had given before."""

    def __init__(self, answers: list[Any]) -> None:
        super().__init__(TOO_MUCH)
        self.answers = answers


@dataclass
class _Process:
    """A worker, and this side of the socket to it."""

    process: subprocess.Popen[bytes]
    socket: socket.socket
    unread: bytes = b""

    def send(self, *requests: Mapping[str, Any]) -> None:
        self.socket.sendall(b"".join(json.dumps(request).encode() + b"\n" for request in requests))

    def receive(self) -> Any:
        """Raises OSError if it is gone or says nothing."""
        while b"\n" not in self.unread:
            more = self.socket.recv(1 << 16)
            if not more:
                raise ConnectionResetError
            self.unread += more
        line, _, self.unread = self.unread.partition(b"\n")
        return json.loads(line)

    def end(self) -> None:
        self.socket.close()
        self.process.kill()
        self.process.wait()


class Evaluator:
    """One worker at a time, for all threads: `types` says which variables there are."""

    def __init__(self, types: Mapping[str, str]) -> None:
        self._types = types
        self._process: _Process | None = None
        self._turn = threading.Lock()
        self._spared: dict[str, float] = {}

    def compile(
        self, source: str, more_types: Mapping[str, str] | None = None
    ) -> tuple[Literal["type", "error"], str]:
        """The name of the type that it gives, or the compiler's message. `more_types` are variables of its own."""
        try:
            kind, told = self._ask({"do": "compile", "source": source, "types": more_types or {}}, wanted=1)[
                0
            ]
        except Exhausted:
            return "error", TOO_MUCH
        return kind, told

    def matches(self, pattern: str, text: str) -> tuple[Result, str]:
        """Whether some of the text matches (RE2), or what is wrong with the pattern."""
        try:
            result, told = self._ask({"do": "match", "pattern": pattern, "text": text}, wanted=1)[0]
        except Exhausted:
            return "error", TOO_MUCH
        return result, told

    def evaluate(
        self,
        sources: Sequence[str],
        variables: Mapping[str, Any],
        more_types: Mapping[str, str] | None = None,
    ) -> list[tuple[Result, str]]:
        """Each in turn, true, false or an error with its reason, within one bound for all. Never raises.

        `more_types` are the variables that these expressions were compiled with, beside those of all.
        """
        now = time.monotonic()
        self._spared = {source: until for source, until in self._spared.items() if until > now}
        tried = [source for source in dict.fromkeys(sources) if source not in self._spared]
        found = dict(zip(tried, self._evaluated(tried, variables, more_types or {}), strict=True))
        return [found.get(source, ("error", TOO_MUCH)) for source in sources]

    def evaluate_all(self, cases: Sequence[Case]) -> list[list[tuple[Result, str]]]:
        """What `evaluate` gives for each, asked for together: each case has a bound of its own.

        When one of several uses it up, they are evaluated by themselves.
        """
        found: list[list[tuple[Result, str]]] = []
        while len(found) < len(cases):
            found += self._evaluated_together(cases[len(found) : len(found) + CASES_TOGETHER])
        return found

    def _evaluated_together(self, cases: Sequence[Case]) -> list[list[tuple[Result, str]]]:
        try:
            if any(source in self._spared for one in cases for source in one.sources):
                raise Exhausted([])
            answers = self._ask(
                *(one.request for one in cases), wanted=sum(len(one.sources) for one in cases)
            )
        except Exhausted:
            return [self.evaluate(one.sources, one.variables, one.more_types) for one in cases]
        given = ((result, detail) for result, detail in answers)
        return [[*islice(given, len(one.sources))] for one in cases]

    def _evaluated(
        self, sources: Sequence[str], variables: Mapping[str, Any], more_types: Mapping[str, str]
    ) -> list[tuple[Result, str]]:
        if not sources:
            return []
        case = Case(tuple(sources), variables, more_types)
        try:
            answers = self._ask(case.request, wanted=len(sources))
        except Exhausted as exhausted:
            answers = exhausted.answers
        told: list[tuple[Result, str]] = [(result, detail) for result, detail in answers]
        if len(told) < len(sources):
            guilty = sources[len(told)]
            log.warning("a condition was given up, since %s: %s", TOO_MUCH, guilty)
            self._spared[guilty] = time.monotonic() + SPARED
            told.append(("error", TOO_MUCH))
            told += [("error", NOT_REACHED) for _ in sources[len(told) :]]
        return told

    def _ask(self, *requests: Mapping[str, Any], wanted: int) -> list[Any]:
        """So many answers. Raises Exhausted."""
        answers: list[Any] = []
        with self._turn:
            try:
                process = self._running()
                process.send(*requests)
                while len(answers) < wanted:
                    answer = process.receive()
                    if answer == _NO_MEMORY:
                        raise MemoryError
                    answers.append(answer)
            except (OSError, MemoryError):
                self._end()
                raise Exhausted(answers) from None
        return answers

    def _running(self) -> _Process:
        if self._process and self._process.process.poll() is not None:
            self._end()
        if self._process is None:
            self._process = _start()
            self._process.send({"do": "declare", "types": self._types})
        return self._process

    def _end(self) -> None:
        if self._process:
            self._process.end()
            self._process = None


def _start() -> _Process:
    ours, theirs = socket.socketpair()
    ours.settimeout(START_SECONDS)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-I", str(_SCRIPT), str(SECONDS), str(MEMORY)],
            stdin=theirs.fileno(),
            stdout=theirs.fileno(),
            stderr=subprocess.DEVNULL,
            env={},
        )
    return _Process(process, ours)
