"""The process that compiles and evaluates CEL for Daypass, within a bound of memory and processor time.

Run as a script by `evaluator.py`, with seconds and bytes as its arguments, and nothing of Daypass around it: no
environment, no files, one socket as its standard input and output. A request is a line of JSON, and so is each
answer. An answer that needs more time than there is kills the process (setitimer(2), ITIMER_PROF); one that
needs more memory is an error, after which it ends by itself.
"""

import json
import resource
import signal
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from cel_expr_python import cel

MAX_CACHED = 4_096
"""Compiled expressions that are kept; then it begins anew."""
MAX_ENVIRONMENTS = 64
"""Sets of variables that are kept with them."""
NO_MEMORY = "no-memory"
_TYPES = {
    "string": cel.Type.STRING,
    "strings": cel.Type.List(cel.Type.STRING),
    "int": cel.Type.INT,
    "bool": cel.Type.BOOL,
    "timestamp": cel.Type.TIMESTAMP,
}


class Worker:
    """Answers requests. `declare` comes first: the names of variables, and the type of each.

    `types` of a request are variables that its expressions have besides.
    """

    def __init__(self) -> None:
        self._types: dict[str, str] = {}
        self._environments: dict[tuple[tuple[str, str], ...], Any] = {}
        self._compiled: dict[tuple[str, tuple[tuple[str, str], ...]], Any] = {}

    def answers(self, request: Mapping[str, Any]) -> Iterator[Any]:
        """`declare` has none, `evaluate` one for each source, and the others have one."""
        match request["do"]:
            case "declare":
                self._types = request["types"]
            case "compile":
                yield self._compile(request["source"], request["types"])
            case "match":
                yield outcome(_matcher(), {"text": request["text"], "pattern": request["pattern"]})
            case "evaluate":
                more = request["types"]
                variables = self._typed(request["variables"], more)
                for source in request["sources"]:
                    yield outcome(self._expression(source, more), variables)

    def _typed(self, variables: Mapping[str, Any], more: Mapping[str, str]) -> Mapping[str, Any]:
        """The variables that there are, with moments as CEL takes them."""
        types = {**self._types, **more}
        return {
            name: datetime.fromisoformat(value) if types[name] == "timestamp" else value
            for name, value in variables.items()
            if name in types
        }

    def _compile(self, source: str, more: Mapping[str, str]) -> list[str]:
        """`type` and its name, or `error` and the compiler's message."""
        try:
            return ["type", self._expression(source, more).return_type().name().lower()]
        except MemoryError:
            raise
        except Exception as error:
            return ["error", str(error)]

    def _expression(self, source: str, more: Mapping[str, str]) -> Any:
        key = source, tuple(sorted(more.items()))
        if key not in self._compiled:
            if len(self._compiled) >= MAX_CACHED:
                self._compiled.clear()
            self._compiled[key] = self._environment(key[1]).compile(source)
        return self._compiled[key]

    def _environment(self, more: tuple[tuple[str, str], ...]) -> Any:
        if more not in self._environments:
            if len(self._environments) >= MAX_ENVIRONMENTS:
                self._environments.clear()
                self._compiled.clear()
            types = {name: _TYPES[kind] for name, kind in (*self._types.items(), *more)}
            self._environments[more] = cel.NewEnv(variables=types)
        return self._environments[more]


def outcome(expression: Any, variables: Mapping[str, object]) -> list[str]:
    """true, false or error, and what an error was. `eval` *returns* errors, whose plain value is a truthy text."""
    try:
        found = expression.eval(data=variables)
        value = found.value()
    except MemoryError:
        raise
    except Exception as error:
        return ["error", str(error)[:200]]
    if found.type() == cel.Type.BOOL and isinstance(value, bool):
        return ["true" if value is True else "false", ""]
    return ["error", str(value)[:200]]


@cache
def _matcher() -> Any:
    environment = cel.NewEnv(variables={"text": cel.Type.STRING, "pattern": cel.Type.STRING})
    return environment.compile("text.matches(pattern)")


def _say(answer: Any) -> None:
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
    sys.stdout.buffer.flush()


def main() -> None:
    seconds, size = float(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    worker = Worker()
    try:
        for line in sys.stdin.buffer:
            signal.setitimer(signal.ITIMER_PROF, seconds)
            for answer in worker.answers(json.loads(line)):
                _say(answer)
            signal.setitimer(signal.ITIMER_PROF, 0)
    except MemoryError:
        _say(NO_MEMORY)


if __name__ == "__main__":
    main()
