"""The words of a month's figures, as short as the picture beside them needs."""

from dataclasses import dataclass

from bot.charts.charts import brief
from bot.slack.blocks import message, sections
from bot.slack.figures import texts
from bot.slack.message import Message
from bot.slack.mrkdwn import cut, plain
from workflows.access.signals import labels
from workflows.queries.figures.figures import Figures
from workflows.queries.figures.incidents import AllIncidents

MAX_COMMENT_CHARS = 3_500
"""Of the words beside a picture: Slack shows them in one piece up to 4,000."""
MAX_SIGNALS = 5
MAX_SEVERITIES = 3


@dataclass(frozen=True)
class Beside:
    """What stands beside the figures: changes of the policy in the month, the version in force, and what is open now.

    `url` is the console's address; None if it has none.
    """

    changes: int
    digest: str
    exceptions: int
    url: str | None


def lines(figures: Figures, beside: Beside) -> list[str]:
    """Every line, the headline first."""
    headline = texts.HEADLINE.format(month=figures.month.name)
    counted = [texts.EMPTY] if figures.empty else [f"• {one}" for one in _counted(figures)]
    policy = texts.POLICY.format(changes=beside.changes, digest=beside.digest)
    always = [f"• {policy}", f"• {texts.EXCEPTIONS.format(number=beside.exceptions)}"]
    links = [texts.LINKS.format(url=beside.url, month=figures.month)] if beside.url else []
    return [headline, *counted, *always, *links]


def comment(figures: Figures, beside: Beside) -> str:
    """The words beside the picture."""
    return cut("\n".join(lines(figures, beside)), MAX_COMMENT_CHARS)


def without_picture(figures: Figures, beside: Beside, why: str | None) -> Message:
    """The words alone: nothing can be drawn, or Slack didn't take the picture."""
    told = lines(figures, beside)
    missing = [texts.NO_PICTURE.format(why=plain(why))] if why else []
    return message("\n".join(told), *sections(*told, *missing))


def _counted(figures: Figures) -> list[str]:
    access = figures.access
    decisions, holding, ended, glass = access.decisions, access.holding, access.confirmed, access.break_glass
    decided = decisions.decided
    deciding = texts.DECIDING if decided.count else texts.NOT_DECIDED
    confirmed = texts.CONFIRMED if ended.count else texts.NONE_ENDED
    ending = f" {texts.ENDING.format(number=access.ending)}" if access.ending else ""
    return [
        texts.REQUESTS.format(
            requested=decisions.requested,
            granted=decisions.granted,
            automatic=decisions.automatic,
            denied=decisions.denied,
            expired=decisions.expired,
        ),
        deciding.format(
            middle=brief(decided.middle), slow=brief(decided.slow), waited=brief(decisions.waited)
        ),
        texts.HELD.format(
            held=brief(holding.held),
            grants=holding.grants,
            unused=holding.unused,
            held_unused=brief(holding.held_unused),
        ),
        confirmed.format(slow=brief(ended.slow), slowest=brief(ended.slowest)) + ending,
        texts.BREAK_GLASS.format(
            taken=glass.taken,
            justified=glass.justified,
            unjustified=glass.unjustified,
            waiting=glass.waiting,
        ),
        _signals(access.signals),
        texts.RELEASES.format(
            proposed=figures.releases.proposed,
            live=figures.releases.live,
            rolled_back=figures.releases.rolled_back,
        ),
        _incidents(figures.incidents),
    ]


def _signals(signals: tuple[tuple[str, int], ...]) -> str:
    named = [f"{labels([name])[0]} {count}" for name, count in signals[:MAX_SIGNALS]]
    return texts.SIGNALS.format(signals=", ".join(named)) if named else texts.NO_SIGNALS


def _incidents(incidents: AllIncidents) -> str:
    times = "".join(
        texts.INCIDENT_TIMES.format(severity=one.severity, resolved=brief(one.resolved.middle))
        for one in incidents.by_severity[:MAX_SEVERITIES]
        if one.resolved.count
    )
    return texts.INCIDENTS.format(declared=incidents.declared, drills=incidents.drills, times=times)
