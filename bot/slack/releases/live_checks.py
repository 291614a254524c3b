"""What a card says of checks on live metrics: what is wrong, and under *Details* all of them with their numbers."""

from bot.slack.mrkdwn import cut, minute, plain
from bot.slack.releases import texts
from workflows.releases.state import LiveCheck, Release

MAX_SENTENCE_CHARS = 200


def live_faults(state: Release, way_out: str) -> list[str]:
    """A line for each check that fails or can't be evaluated, those that fail first."""
    failed = [one for one in state.live_checks if one.result.verdict == "failed"]
    unread = [one for one in state.live_checks if one.result.verdict == "unknown"]
    return [
        *(texts.LIVE_FAILED.format(way_out=way_out, **_words(one)) for one in failed),
        *(texts.LIVE_UNREAD.format(**_words(one)) for one in unread),
    ]


def live_lines(state: Release) -> list[str]:
    """A line for each check that has come out, with its numbers and since when it is so."""
    lines = []
    for one in sorted(state.live_checks, key=lambda check: check.result.verdict == "passed"):
        verdict = texts.VERDICTS[one.result.verdict].format(gate=plain(one.name))
        sentence = plain(one.result.sentence)
        lines.append(texts.LIVE_LINE.format(verdict=verdict, sentence=sentence, since=minute(one.since)))
    return lines


def by_policy(state: Release) -> list[str]:
    """Whether the policy rolls it back, and by which check."""
    rule = state.move.rule if state.move else None
    return [texts.ROLLS_BACK_BY_POLICY.format(name=plain(rule))] if rule else []


def _words(check: LiveCheck) -> dict[str, str]:
    sentence = cut(plain(check.result.sentence), MAX_SENTENCE_CHARS)
    return {"name": plain(check.name), "since": minute(check.since), "sentence": sentence}
