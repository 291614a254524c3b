"""Checks of how access ended: in time, confirmed, and no credential beyond its grant."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from workflows.access.credentials import Credential
from workflows.access.state import ENDED_EARLY, Access
from workflows.access.views import held_over
from workflows.durations import spell_duration
from workflows.queries.evidence.checks.check import Check, Found, Noted, in_order, noted, spell_time, subjects
from workflows.queries.evidence.history import History
from workflows.queries.figures.access import confirmed_after
from workflows.queries.figures.spread import Spread, spread_of

_ENDED = "access.grant-ended"
_ENDING = "access.grant-end-started"
_MINTED = "access.credential-minted"
_NOT_ENDED = "access.credential-not-ended"
_FAULTS = ("access.credential-found-missing", "access.credential-left-to-expire")
_ROUNDING = timedelta(seconds=1)
"""Vault counts leases in whole seconds."""


def _on_time(history: History) -> Found:
    ended_at = {one.subject: one for one in history.of(_ENDED)}
    by = history.judged_at
    ran = [one for one in history.all(Access) if _was_to_end(one, history, by)]
    found: list[Noted] = []
    for one in ran:
        late, event = confirmed_after(one), ended_at.get(one.id)
        assert one.grant
        what = f"{history.names([one.requester])} had {one.terms.title}, due to end at {spell_time(one.grant.ends_at)}:"
        if event and late is not None and late > history.late_after.total_seconds():
            sentence = f"{what} its end was confirmed {spell_duration(int(late))} late.{_why(one)}"
            found.append(Noted(one.id, event.at, sentence, event.index))
        elif not event and one.grant.ends_at + history.late_after < by:
            sentence = f"{what} its end wasn't confirmed by {spell_time(by)}.{_why(one)}"
            found.append(Noted(one.id, one.grant.ends_at, sentence))
    spread = spread_of(late for one in ran if (late := confirmed_after(one)) is not None)
    limit = spell_duration(int(history.late_after.total_seconds()))
    counts = (("Confirmed within, at most", limit), *_spelled("Confirmed", spread))
    return Found(tuple(one.id for one in ran), in_order(found), counts)


def _was_to_end(one: Access, history: History, by: datetime) -> bool:
    """Whether it ran its time and was confirmed in the period, or was to end in it or before, and wasn't confirmed by then."""
    grant = one.grant
    if grant is None or not held_over(one) or grant.how in ENDED_EARLY:
        return False
    if grant.ended_at and history.period.has(grant.ended_at):
        return confirmed_after(one) is not None
    return grant.ends_at < by and (grant.ended_at is None or grant.ended_at >= history.period.ends)


def _early(history: History) -> Found:
    begun = {
        one.subject: one
        for one in history.of(_ENDING)
        if one.facts["how"] in ENDED_EARLY and one.subject in history.states
    }
    ended = {one.subject: one.at for one in history.of(_ENDED)}
    open_still = [
        Noted(
            one.id,
            begun[one.id].at,
            f"{history.sentence(begun[one.id])}, and its end isn't confirmed by {spell_time(history.at)}.{_why(one)}",
            begun[one.id].index,
        )
        for one in history.all(Access)
        if one.id in begun and one.status == "ending"
    ]
    failed = noted(history, history.of(_NOT_ENDED))
    took = spread_of((ended[name] - one.at).total_seconds() for name, one in begun.items() if name in ended)
    return Found(tuple(sorted(begun)), in_order((*open_still, *failed)), _spelled("Confirmed", took))


def _credentials(history: History) -> Found:
    events = history.of(_MINTED)
    longer = [note for one in history.all(Access) for note in _beyond(one, history)]
    found = (*longer, *noted(history, history.of(*_FAULTS)))
    return Found(subjects(events), in_order(found), (("Credentials created", str(len(events))),))


def _beyond(access: Access, history: History) -> Iterator[Noted]:
    """Credentials of the period that were to work longer than their grant."""
    for one in access.credentials:
        until = _works_until(one)
        if access.grant and until and history.period.has(one.asked_at):
            ends = access.grant.ends_at
            if until > ends + _ROUNDING:
                sentence = (
                    f"A credential of {history.names([access.requester])} for {access.terms.title} works until "
                    f"{spell_time(until)}, beyond its grant, which ends at {spell_time(ends)}."
                )
                yield Noted(access.id, one.asked_at, sentence)


def _works_until(one: Credential) -> datetime | None:
    return (one.valid_until or one.expires_at) if one.was_minted else None


def _why(access: Access) -> str:
    """What has kept it, as far as Daypass knows."""
    troubles = [one.trouble for one in access.credentials if one.trouble and not one.over]
    until = [one.valid_until for one in access.credentials if one.valid_until]
    if troubles:
        return f" {'; '.join(troubles)}"
    return f" Its credential can't be revoked and worked until {spell_time(max(until))}." if until else ""


def _spelled(what: str, spread: Spread) -> tuple[tuple[str, str], ...]:
    if not spread.count:
        return ()
    return (
        (f"{what}, number of grants", str(spread.count)),
        (f"{what}, half of them within", spell_duration(int(spread.middle))),
        (f"{what}, 95 of 100 within", spell_duration(int(spread.slow))),
        (f"{what}, the slowest after", spell_duration(int(spread.slowest))),
    )


CHECKS = (
    Check(
        "grants-end-on-time",
        "Access ends when it was promised to",
        "Every grant that ran its time and was confirmed gone in the period, and those that were to end by then and weren't "
        "confirmed. It is late if the confirmation came later than the goal confirmed_within of goals.yaml allows (30 "
        "seconds without a goal).",
        (_ENDED,),
        _on_time,
    ),
    Check(
        "revocations-confirmed",
        "Access that is revoked is confirmed gone",
        "Every grant that was ended before its time in the period, and how long the confirmation took. Exceptions are ends "
        "that aren't confirmed now, and every failed attempt to revoke a credential, although it is retried.",
        (_ENDING, _ENDED, _NOT_ENDED),
        _early,
    ),
    Check(
        "credentials-short-lived",
        "No credential outlives its grant",
        "Every request under which a credential was created in the period: when each credential ends by itself, compared "
        "with its grant. Credentials that went missing, or can't be revoked and were left to expire, are exceptions too.",
        (_MINTED, *_FAULTS),
        _credentials,
    ),
)
