"""Could this have happened between approvers and requester: asked, answered, offered, accepted?"""

from workflows.access.conditions import (
    ConditionsAccepted,
    ConditionsDeclined,
    ConditionsOffered,
    impossible_acceptance,
    impossible_declining,
    impossible_offer,
)
from workflows.access.replay_request import approved_by
from workflows.access.replay_ticket import seen_as_asked
from workflows.access.state import Access
from workflows.approval.questions import (
    QuestionAnswered,
    QuestionAsked,
    impossible_answer,
    impossible_question,
)
from workflows.audit.possibility import Judges, Past, Why
from workflows.workflow import Occurred, unmet


def _question_asked(state: Access, past: Past, now: Occurred, event: QuestionAsked) -> Why:
    return impossible_question(state, event, now.actor, now.at)


def _question_answered(state: Access, past: Past, now: Occurred, event: QuestionAnswered) -> Why:
    return impossible_answer(state, event, now.actor, now.at)


def _offered(state: Access, past: Past, now: Occurred, event: ConditionsOffered) -> Why:
    return impossible_offer(state, past, now, event) or unmet(
        (approved_by(state, [*past, now], state.terms), "too few of its approvers had approved it")
    )


def _accepted(state: Access, past: Past, now: Occurred, event: ConditionsAccepted) -> Why:
    return impossible_acceptance(state, now, event) or unmet(
        (seen_as_asked(state.terms.ticket, event.seen), "it was accepted without its ticket being seen open")
    )


JUDGES: Judges = {
    QuestionAsked: _question_asked,
    QuestionAnswered: _question_answered,
    ConditionsOffered: _offered,
    ConditionsAccepted: _accepted,
    ConditionsDeclined: impossible_declining,
}
