"""By what a release's events are found in the log."""

from collections.abc import Mapping
from typing import Any

from workflows.workflow import SearchTerms


def found_by(before: SearchTerms, action: str, facts: Mapping[str, Any]) -> SearchTerms:
    """Who has to do with it, and which service and model it is of.

    That it was proposed concerns those who could decide, too.
    """
    known = before.model_copy(update={"others": frozenset()})
    match action:
        case "proposed":
            return SearchTerms(
                people=frozenset({facts["requester"], *facts["behind"]}),
                others=frozenset(facts.get("deciders", ())),
                resources=frozenset({facts["terms"]["service"], facts["terms"]["model"]}),
            )
        case "reviewed":
            theirs = {facts["reviewer"], *facts["seen"]["authors"]}
            return known.model_copy(update={"people": known.people | theirs})
        case _:
            return known
