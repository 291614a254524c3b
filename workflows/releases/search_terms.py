"""Gives the terms by which a release's events are found in the log."""

from collections.abc import Mapping
from typing import Any

from workflows.workflow import SearchTerms


def found_by(before: SearchTerms, action: str, facts: Mapping[str, Any]) -> SearchTerms:
    """Give the people, service, model and risk it is found by.

    The proposal also concerns everyone who could approve it.
    """
    known = before.model_copy(update={"others": frozenset()})
    match action:
        case "proposed":
            return SearchTerms(
                people=frozenset({facts["requester"], *facts["behind"]}),
                others=frozenset(facts.get("deciders", ())),
                resources=frozenset({facts["terms"]["service"], facts["terms"]["model"]}),
                risk=facts["terms"].get("risk"),
            )
        case "terms-revised":
            return known.model_copy(update={"risk": facts["terms"].get("risk")})
        case "reviewed":
            theirs = {facts["reviewer"], *facts["seen"]["authors"]}
            theirs |= {one["approver"] for one in facts.get("delegated_by", ())}
            return known.model_copy(update={"people": known.people | theirs})
        case "question-asked" | "question-answered":
            return known.model_copy(update={"people": known.people | {facts["by"]}})
        case _:
            return known
