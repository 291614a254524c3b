"""States as large as the models allow, made from the models themselves: a new field has to say how large it can be.

Sizes are what the bundle's models, the forms and the workflows let through; what no rule bounds, such as the
words of a failure, is taken for very long.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, JsonValue, SecretStr

from workflows.access.signals import SIGNAL_KINDS, Signals
from workflows.access.signals.history import MAX_REQUESTS, Asked, History, PastRequest
from workflows.access.signals.reading import MAX_APPROVERS
from workflows.access.state import Access
from workflows.incidents.state import Incident, Step, number_of
from workflows.policy.bundle import Bundle, Entitlement
from workflows.policy.engines import ENGINES
from workflows.policy.fields import Signal
from workflows.policy.inputs.pattern import MAX_VALUE_CHARS
from workflows.policy.schema.inputs import MAX_INPUTS, MAX_OPTIONS, MAX_TITLE_CHARS
from workflows.policy.template_fields.prose import MAX_PROSE_CHARS
from workflows.policy.terms.documents import About, FieldTerms, FieldType, SectionTerms, TemplateTerms
from workflows.policy.terms.incidents import COMMANDER
from workflows.policy.terms.inputs import InputTerms, InputType
from workflows.policy.terms.reviews import ReviewedEntitlement, ReviewTerms
from workflows.policy.terms.tickets import TicketTerms
from workflows.ports import Directory
from workflows.releases.state import Release
from workflows.releases.tiers import TierStanding
from workflows.system.absences.state import Absence
from workflows.system.access_reviews.state import AccessReview
from workflows.system.alarms import Alarm
from workflows.system.documents.state import Document, write_content
from workflows.system.documents.values import MAX_CONTENT_CHARS
from workflows.system.passkeys.state import Passkey
from workflows.system.stops.state import Stop
from workflows.workflow import State

T = TypeVar("T")
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
MARKS = ("a", "a b", "&", "<@U01ADA>", "*", ":x: ", "é", "👩🏽\u200d🔬", "`", "> ", "http://a.example ")
"""What long texts are made of."""
NAME, LINE, FREE = 60, 150, 5_000
"""Characters of a name and of a line in a bundle, and of what nothing bounds."""

SIZES: Mapping[int, str] = {
    LINE: "title resource_title phase because hint patterns machines sections origin environment_title aliases "
    "until_run repositories allowed time_field fields unit",
    2_000: "query justification connect text",
    1_000: "reason note brief question answer when",
    600: "description rollback rule source",
    3_000: "summary",
    6_050: "difference",
    200: "ticket ticket_title licence",
    500: "what",
    300: "condition",
    NAME: "version before found said replaces stopped live expected value champion rolled_back_to",
    250: "contexts tag slices junit sarif pattern "
    "model metric judge observed_in pointer files file changed missing added experiment project projects rollout",
    FREE: "why fault sentence trouble unread room_trouble detail code call read path",
    40: "duration duration_block",
    14: "incident_number",
    64: "approved",
}
_WORDS = """subject values incidents kind id accessor lease_id wrapping_accessor pins confirmed_by at_least at_most
    worse_by target status weekdays digest swapped artifact live_digest replaces_digest evidence policy_digest key
    grant extends answer_url pin credential window authorized_by request unreviewed
    asked_digest accepted condition_digest number of period absence field passkey rp nonce challenge
    cause vouched_by public_key authenticator_data client_data signature attestation signed_by conclusions max_gap
    questionnaire_digest run versions definitions total pinned document earliest latest"""
WORDS = frozenset(_WORDS.split())
"""What Daypass or a registry makes: short, and without marks."""
CHARS = {name: longest for longest, names in SIZES.items() for name in names.split()}
_NAMES = """name signals entitlement resource environment service step stage role approvers escalate_to escalated eligible
    invite declare private failed_check services frozen playbook gate drill account policy severity alias
     severities groups secrets_engine stuck unreviewable page pager taken_by members schedules unknown stages
     earlier machine names repeats zone cluster rolled_back_by template check questionnaire tier writers gates"""
NAMES = frozenset(_NAMES.split())
_PEOPLE = """owner requester reviewer reviewers by to asked_by behind ended_by person called invited taken_back holder
    author people approver delegate asked on_behalf_of authors approved_by"""
PEOPLE = frozenset((*_PEOPLE.split(), "accounts", "lifted_by", "rollback_by"))
INCIDENTS = frozenset(("incident", "alike", "merged", "merged_into"))
COUNTS: Mapping[str, int] = {
    "steps": 60,
    "roles": 20,
    "offers": 20,
    "follow_ups": 50,
    "accesses": 60,
    "endings": 300,
    "pages": 60,
    "frozen": 60,
    "credentials": 60,
    "gates": 40,
    "results": 60,
    "checks": 60,
    "documents": 20,
    "fields": 40,
    "stages": 15,
    "live_checks": 20,
    "at": 4,
    "earlier": 20,
    "reviews": 20,
    "delegated_by": 2,
    "conditions": 5,
    "inputs": MAX_INPUTS,
    "questions": 20,
    "alike": 30,
    "merged": 30,
    **dict.fromkeys(
        ("metrics", "values", "files", "machines", "sections", "severities", "patterns", "invite", "page"), 2
    ),
    **dict.fromkeys(("tags", "data_sets", "matched", "bounds", "read", "contexts", "repositories"), 2),
    **dict.fromkeys(("allowed", "junit", "sarif", "suppressions", "fields"), 2),
}


_hints = cache(get_type_hints)


class Maker:
    """Makes one value after the other, each as extreme as its dice say; `mark` is what long texts are made of."""

    def __init__(self, seed: int, mark: str, extreme: float) -> None:
        self.random = Random(seed)
        self.mark = mark
        self.extreme = extreme

    def make(self, kind: type[T], **given: Any) -> T:
        hints = _hints(kind)
        names = (
            [one.name for one in dataclasses.fields(kind)]
            if dataclasses.is_dataclass(kind)
            else kind.model_fields
        )  # type: ignore[attr-defined]
        return kind(
            **{name: given[name] if name in given else self.value(hints[name], name) for name in names}
        )

    def text(self, name: str, longest: int) -> str:
        """Something short, or as long as it may be."""
        if not self._far():
            return f"some {name}"
        return (self.mark * longest)[:longest].strip() or "a"

    def person(self) -> str:
        return f"U{self.random.randrange(10**8):010}"

    def subject(self, kind: str) -> str:
        return f"{kind}_01KJ4M3Z0000000000{self.random.randrange(10**8):08}"

    def count(self, name: str) -> int:
        most = COUNTS.get(name, 4)
        return most if self._far() else self.random.choice((0, 1, 2, most // 2))

    def value(self, hint: Any, name: str) -> Any:
        """A value of this type for a field of this name."""
        origin, inside = get_origin(hint), get_args(hint)
        if origin is Literal:
            return self.random.choice(inside)
        if origin in (Union, UnionType):
            kinds = [one for one in inside if one is not NoneType]
            return (
                None
                if len(kinds) < len(inside) and self.random.random() < 0.3
                else self.value(kinds[0], name)
            )
        if (origin is tuple and inside[-1] is Ellipsis) or origin is Sequence:
            return tuple(self.value(inside[0], name) for _ in range(self.count(name)))
        if origin is tuple:
            return tuple(self.value(one, name) for one in inside)
        if name == "inputs" and origin in (dict, Mapping):
            return {
                f"n{n:029}": "w" * (MAX_VALUE_CHARS if self._far() else 5) for n in range(self.count(name))
            }
        if origin is dict or origin is Mapping:
            return {self.person(): self.value(inside[1], "trouble") for _ in range(self.count(name))}
        if hint is InputTerms:
            return self.input()
        if hint is TemplateTerms:
            return template(self)
        if hint is TierStanding:
            times = {one: self.value(datetime, one) for one in ("approved_at", "due_at")}
            return self.make(hint, **times)
        if isinstance(hint, type) and (issubclass(hint, BaseModel) or dataclasses.is_dataclass(hint)):
            return self.make(hint)
        return self._simple(hint, name)

    def input(self) -> InputTerms:
        """An input of any type, with what `daypass check` lets a bundle say of it."""
        return InputTerms(
            name=f"n{self.random.randrange(MAX_INPUTS):029}",
            title=self.text("title", MAX_TITLE_CHARS),
            type=self.random.choice(get_args(InputType)),
            hint=self.random.choice(("", self.text("hint", LINE))),
            options=tuple(f"{n:060}" for n in range(self.random.choice((1, MAX_OPTIONS)))),
            most=10**12 - 1,
            pattern="[a-z]{1,100}",
        )

    def _simple(self, hint: Any, name: str) -> Any:
        if hint is bool:
            return self.random.random() < 0.5
        if hint is int:
            return self.random.choice((1, 60, 366 * 86_400 - 1))
        if hint is datetime:
            return NOW + timedelta(seconds=self.random.randrange(10**7))
        if hint is date:
            return (NOW + timedelta(days=self.random.randrange(100))).date()
        if hint is timedelta:
            return timedelta(seconds=self.random.randrange(10**7))
        if hint is SecretStr:
            return SecretStr("hvs." + "s" * 90)
        assert hint in (str, JsonValue), f"say in tests/slack/extremes.py how to make {name}: {hint}"
        return self._string(name)

    def _string(self, name: str) -> str:
        if name == "secrets_engine":
            return self.random.choice([*ENGINES])
        if name == "link":
            return f"https://a.example/{'x&' * self.random.choice((0, 30, 130))}"
        if name in PEOPLE:
            return self.person() if self.random.random() < 0.9 else f"machine:{'m' * NAME}"
        if name in INCIDENTS:
            return self.subject("inc")
        if name == "document":
            return self.subject("doc")
        if name == "release":
            return self.subject("rel")
        if name in WORDS:
            return "w" * 40
        if name in ("channel", "announce"):
            return f"C{self.random.randrange(10**8):010}"
        if name in NAMES:
            return f"n{self.random.randrange(10**6)}-{'n' * NAME}"[:NAME]
        assert name in CHARS, f"say in tests/slack/extremes.py how long {name} may be"
        return self.text(name, CHARS[name])

    def _far(self) -> bool:
        return self.random.random() < self.extreme


def access(maker: Maker, **given: Any) -> Access:
    return maker.make(Access, **{"id": maker.subject("acc"), "signals": signals(maker), **given})


def signals(maker: Maker) -> Signals | None:
    """Any of them, each with what it is told from: as many requests as are looked at, as many people."""
    asked = Asked(maker.person(), "warehouse", "feature-warehouse", NOW)
    past = PastRequest(NOW - timedelta(minutes=1), "warehouse", "feature-warehouse")
    history = History(NOW - timedelta(days=400), (past,) * MAX_REQUESTS)
    inputs = {name: dict(kind.observe(history, asked)) for name, kind in SIGNAL_KINDS.items()}
    inputs["approve-each-other"]["with"] = [maker.person() for _ in range(MAX_APPROVERS)]
    raised = tuple(name for name in get_args(Signal) if maker.random.random() < 0.7)
    unknown = maker.random.choice((None, "new", "unread"))
    return maker.random.choice((None, Signals(raised=raised, inputs=inputs, unknown=unknown)))


def release(maker: Maker, **given: Any) -> Release:
    return maker.make(Release, **{"id": maker.subject("rel"), **given})


def alarm(maker: Maker, **given: Any) -> Alarm:
    return maker.make(Alarm, **{"id": "alm_1", "status": maker.random.choice(("raised", "cleared")), **given})


def stop(maker: Maker, **given: Any) -> Stop:
    return maker.make(Stop, **{"id": maker.subject("stop"), **given})


def passkey(maker: Maker, **given: Any) -> Passkey:
    """Its name is whatever its owner typed."""
    return maker.make(Passkey, **{"id": maker.subject("pky"), "name": maker.text("name", NAME), **given})


def document(maker: Maker, **given: Any) -> Document:
    """Every field of its template says something; all of them together are as long as a document can be."""
    made = maker.make(Document, **{"id": maker.subject("doc"), "content": "", "approved": None, **given})
    return made.model_copy(update={"content": said_of(maker, made.terms.template)})


def said_of(maker: Maker, template: TemplateTerms) -> str:
    """A text of this template, within the limits of documents."""
    left, values = MAX_CONTENT_CHARS, {}
    for field in template.fields:
        said = maker.text("said", MAX_PROSE_CHARS)
        left -= len(write_content({field.name: said}))
        values[field.name] = said if left > 0 else ""
    return write_content(values)


def template(maker: Maker) -> TemplateTerms:
    """Fields of any type, with what `daypass check` lets a bundle say of them."""
    made = [template_field(maker, number) for number in range(maker.count("fields"))]
    some = [made[at : at + 2] for at in range(0, len(made), 2)]
    return TemplateTerms(
        name="n" * NAME,
        title=maker.text("title", 100),
        about=maker.random.choice(get_args(About)),
        description=maker.text("description", 600),
        sections=tuple(SectionTerms(title=maker.text("title", 100), fields=tuple(one)) for one in some),
    )


def template_field(maker: Maker, number: int) -> FieldTerms:
    """One field of a template."""
    return FieldTerms(
        name=f"n{number:029}",
        title=maker.text("title", 100),
        type=maker.random.choice(get_args(FieldType)),
        hint=maker.random.choice(("", maker.text("hint", 300))),
        required=maker.random.random() < 0.5,
        options=tuple(f"{n:060}" for n in range(maker.random.choice((1, MAX_OPTIONS)))),
        most=10**12 - 1,
        pattern="[a-z]{1,100}",
    )


def absence(maker: Maker, **given: Any) -> Absence:
    return maker.make(Absence, **{"id": maker.subject("away"), **given})


def review(maker: Maker, **given: Any) -> AccessReview:
    """Its items are of what its terms review, by a group that has members."""
    terms = maker.make(ReviewTerms, schedule=None)
    made = maker.make(AccessReview, **{"id": maker.subject("review"), "terms": terms, **given})
    some = made.terms.entitlements or (maker.make(ReviewedEntitlement),)
    reviewed = tuple(one.model_copy(update={"reviewers": ("data-owners",)}) for one in some)
    items = tuple(
        one.model_copy(update={"entitlement": maker.random.choice(reviewed).entitlement})
        for one in made.items
    )
    terms = made.terms.model_copy(update={"entitlements": reviewed})
    return made.model_copy(update={"terms": terms, "items": items})


def incident(maker: Maker, **given: Any) -> Incident:
    """Its roles are its terms', and each step of its playbook has its state."""
    made = maker.make(Incident, **{"id": maker.subject("inc"), "release": None, **given})
    roles = [maker.random.choice(made.terms.roles).name if made.terms.roles else COMMANDER, COMMANDER]
    offers = [one.model_copy(update={"role": maker.random.choice(roles)}) for one in made.offers]
    holders = {one.name: maker.person() for one in made.terms.roles if maker.random.random() < 0.7}
    playbook = made.playbook and made.playbook.model_copy(
        update={"steps": tuple(one.model_copy(update={"owner": roles[0]}) for one in made.playbook.steps)}
    )
    steps = tuple(maker.make(Step, name=one.name) for one in playbook.steps) if playbook else ()
    others = filter(None, (*made.alike, *made.merged, made.merged_into))
    numbers = {one: number_of(one, maker.random.choice((None, 10**10 - 1))) for one in others}
    more = {
        "numbers": numbers,
        "offers": tuple(offers),
        "holders": holders,
        "playbook": playbook,
        "steps": steps,
        **given,
    }
    return made.model_copy(update=more)


def directory(maker: Maker, state: State) -> Directory:
    """A dozen people in each group that the state's stages name."""
    stages = getattr(getattr(state, "terms", None), "stages", ())
    people = frozenset(f"U{number:010}" for number in range(12))
    return Directory(groups={group: people for stage in stages for group in stage.approvers})


def entitlement(maker: Maker, known: Entitlement) -> Entitlement:
    """One that the bundle has, with texts of any length."""
    most = maker.random.choice((1, 200, 2_000))
    ticket = maker.make(TicketTerms, hint=maker.text("hint", LINE), patterns=())
    rule = dataclasses.replace(known.rule, justification_max=most, ticket=ticket)
    words = {
        name: maker.text(name, CHARS[name]) for name in ("title", "description", "resource_title", "connect")
    }
    return dataclasses.replace(known, rule=rule, **words)


def many(bundle: Bundle, number: int, maker: Maker) -> Bundle:
    """The bundle with so many services and playbooks."""
    terms, playbook = next(iter(bundle.services.values())), next(iter(bundle.playbooks.values()))
    services = {f"s{n}": terms.model_copy(update={"title": maker.text("title", LINE)}) for n in range(number)}
    playbooks = {
        f"p{n}": playbook.model_copy(update={"title": maker.text("title", LINE)}) for n in range(number)
    }
    return dataclasses.replace(bundle, services=services, playbooks=playbooks)
