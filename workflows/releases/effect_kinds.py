"""The effects that a release calls for, each with its lock: what is read, moved, compared, signed and declared."""

from workflows.releases.events import CheckFailed, Moving
from workflows.releases.live_checks.events import LiveCheckFailed
from workflows.releases.state import Release
from workflows.workflow import Effect


def declared(state: Release, event: CheckFailed | LiveCheckFailed) -> tuple[Effect, ...]:
    """Declares the incident that the event calls for, if it does."""
    if event.incident is None:
        return ()
    payload = {
        "incident": event.incident,
        "severity": event.severity,
        "service": state.terms.service,
        "playbook": event.playbook,
        "called": [state.requester, *sorted({one.reviewer for one in state.reviews})],
        "title": f"{_what_failed(event)}: {state.terms.title} {state.version}"[:200],
    }
    return (Effect("declare", lock=f"{state.id}/incident", payload=payload, priority=2),)


def _what_failed(event: CheckFailed | LiveCheckFailed) -> str:
    return (
        f"Live check {event.check} failed"
        if isinstance(event, LiveCheckFailed)
        else "Post-release checks failed"
    )


def reading(state: Release, kind: str) -> Effect:
    """Reads the registry, for what `kind` says."""
    return Effect(kind, lock=f"{state.id}/registry", priority=2)


def comparing(state: Release) -> tuple[Effect, ...]:
    """Compares what is live with what was approved, where that is known. A lock of its own: no rollback waits for a reading."""
    if not state.digest_that_ought_to_be_live:
        return ()
    return (Effect("compare", lock=f"{state.id}/artifact", priority=2),)


def attesting(state: Release, event: Moving) -> tuple[Effect, ...]:
    """Has the verdict signed. A lock of its own: going live doesn't wait for a signature."""
    if event.why != "release":
        return ()
    return (Effect("attest", lock=f"{state.id}/attestation", priority=2),)


def moving_to(state: Release, event: Moving) -> Effect:
    """Makes something live."""
    return Effect(
        "move",
        lock=f"{state.id}/registry",
        payload={"expected": event.expected, "to": event.to},
        priority=1,
    )
