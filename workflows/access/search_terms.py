"""Gives the terms by which an access request's events are found in the log."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from workflows.workflow import SearchTerms


def found_by(before: SearchTerms, action: str, facts: Mapping[str, Any]) -> SearchTerms:
    """Give the people, resource and risk it is found by, and with its end the days on which it was held.

    The request also concerns everyone who could approve it.
    """
    known = before.model_copy(update={"others": frozenset(), "days": ()})
    match action:
        case "requested":
            asking = {facts["requester"], facts.get("asked_by"), *facts["behind"]} - {None}
            private = bool(facts["private"])
            proposed = facts.get("asked_by") is not None and not facts.get("incident")
            return SearchTerms(
                people=frozenset(asking),
                others=frozenset() if private or proposed else frozenset(_could_decide(facts["seen"])),
                resources=frozenset(
                    {facts["terms"]["resource"], facts["terms"]["entitlement"], *_kit_names(facts.get("kit"))}
                ),
                risk=facts["terms"]["risk"],
                tickets=frozenset({facts.get("ticket_found", {}).get("key")} - {None, ""}),
                signals=frozenset(facts.get("signals", {}).get("raised", ())),
                inputs=frozenset(f"{name}={value}" for name, value in facts.get("inputs", {}).items()),
                asked_by=facts.get("asked_by"),
                private=private,
            )
        case "proposal-accepted":
            raised = frozenset(facts.get("signals", {}).get("raised", ()))
            others = frozenset(_could_decide(facts["seen"]))
            return known.model_copy(
                update={"others": others, "risk": facts["terms"]["risk"], "signals": raised}
            )
        case "signals-raised":
            return known.model_copy(update={"signals": frozenset(facts["signals"]["raised"])})
        case "terms-revised":
            return known.model_copy(update={"risk": facts["terms"]["risk"]})
        case "reviewed":
            theirs = {facts["reviewer"], *(one["approver"] for one in facts.get("delegated_by", ()))}
            return known.model_copy(update={"people": known.people | theirs})
        case "conditions-accepted" | "conditions-declined" | "question-asked" | "question-answered":
            return known.model_copy(update={"people": known.people | {facts["by"]}})
        case "break-glass-taken" | "break-glass-review-escalated":
            return known.model_copy(update={"others": frozenset(facts["people"]), "break_glass": True})
        case "break-glass-reviewed":
            return known.model_copy(update={"people": known.people | {facts["reviewer"]}})
        case "granted":
            return known.model_copy(update={"since": datetime.fromisoformat(facts["starts_at"])})
        case "grant-ended":
            return known.model_copy(update={"days": tuple(_days(known.since, facts["at"]))})
        case _:
            return known


def _kit_names(kit: Mapping[str, Any] | None) -> Iterator[str]:
    """All that was requested with a kit is found by the kit's name, and by the first request of it."""
    if kit:
        yield f"kit:{kit['name']}"
        yield f"kit:{kit['members'][0]['request']}"


def _could_decide(seen: Mapping[str, Any]) -> Iterator[str]:
    for stage in seen["stages"]:
        yield from stage["people"]


def _days(since: datetime | None, ended_at: str) -> Iterator[date]:
    """The days (UTC) from the grant's start to its confirmed end."""
    if since is None:
        return
    day, last = since.astimezone(UTC).date(), datetime.fromisoformat(ended_at).astimezone(UTC).date()
    while day <= last:
        yield day
        day += timedelta(days=1)
