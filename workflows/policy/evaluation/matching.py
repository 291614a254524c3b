"""Assigns people to stages: as many as possible, each in one stage."""

from collections.abc import Mapping


def assign(
    quorums: Mapping[str, int], seats: Mapping[str, frozenset[str]], preferred: Mapping[str, str]
) -> dict[str, str]:
    """Person → the stage they count in (Kuhn's method). `preferred`: person → the stage they would rather count in."""
    holders: dict[str, list[str]] = {name: [] for name in quorums}
    for person, wish in preferred.items():
        _seat(person, wish, seats, quorums, holders, set())
    return {person: name for name, people in holders.items() for person in people}


def _seat(
    person: str,
    wish: str,
    seats: Mapping[str, frozenset[str]],
    quorums: Mapping[str, int],
    holders: dict[str, list[str]],
    tried: set[str],
) -> bool:
    names = sorted((name for name in quorums if person in seats[name]), key=lambda name: name != wish)
    for name in names:
        if name in tried:
            continue
        tried.add(name)
        if len(holders[name]) < quorums[name]:
            holders[name].append(person)
            return True
        for holder in tuple(holders[name]):
            if _seat(holder, "", seats, quorums, holders, tried):
                holders[name].remove(holder)
                holders[name].append(person)
                return True
    return False
