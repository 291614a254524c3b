"""This person hasn't had access to the resource before."""

from datetime import timedelta

from workflows.access.signals.history import Asked, History
from workflows.access.signals.kind import Inputs, Names, SignalKind, counted, number


def _observe(history: History, asked: Asked) -> Inputs:
    before = [one for one in history.requests if one.granted and one.resource == asked.resource]
    return {"granted": len(before), "requests": len(history.requests), "cut": history.cut}


def _raised(inputs: Inputs) -> bool:
    return number(inputs, "granted") == 0


def _explain(inputs: Inputs, names: Names) -> str:
    requests = number(inputs, "requests")
    if inputs.get("cut"):
        return f"They haven't had access to this resource in their last {counted(requests, 'request')}."
    if not requests:
        return "They haven't requested any access in the last year."
    return "They haven't had access to this resource in the last year."


FIRST_TIME = SignalKind("first-time", "first time", _observe, _raised, _explain, learns=timedelta(days=30))
