"""What must hold among the events of a log, beyond each being well-formed: nothing twice, nothing left out."""

from collections.abc import Iterable, Iterator

from workflows.audit.tlog.leaf import Leaf


def history_faults(events: Iterable[tuple[int, Leaf]]) -> Iterator[str]:
    """One sentence for each break, in the order of the log. Takes each event with its index in the log."""
    seen: dict[str, int] = {}
    last: dict[str, tuple[int, Leaf]] = {}
    for index, event in events:
        if event.id in seen:
            yield f"Events {seen[event.id]} and {index} have the same id, {event.id}: one fact is logged twice."
        seen.setdefault(event.id, index)
        yield from _break(last.get(event.subject), index, event)
        last[event.subject] = index, event


def _break(before: tuple[int, Leaf] | None, index: int, event: Leaf) -> Iterator[str]:
    if before is None:
        if (event.version, event.position) != (1, 0):
            yield (
                f"The first event of {event.subject}, at index {index}, is {_place(event)}, not version 1, position 0: "
                "its beginning is missing from the log."
            )
        return
    at, previous = before
    if (event.version, event.position) not in (
        (previous.version, previous.position + 1),
        (previous.version + 1, 0),
    ):
        yield (
            f"Event {index} of {event.subject} is {_place(event)}, but event {at} before it is {_place(previous)}: "
            "something between them is missing, or out of order."
        )
    if event.time < previous.time:
        yield (
            f"Event {index} of {event.subject} is dated {event.time.isoformat()}, before event {at}, "
            f"which is dated {previous.time.isoformat()}: a clock went backwards, or a time was made up."
        )


def _place(event: Leaf) -> str:
    return f"version {event.version}, position {event.position}"
