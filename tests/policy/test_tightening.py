"""A lower level may only tighten: whatever three levels merge to is within each of them."""

from hypothesis import given
from hypothesis import strategies as st

from workflows.policy.bundle import EffectiveRule
from workflows.policy.document import Document
from workflows.policy.fields import ASSURANCES, stronger
from workflows.policy.loading.level import Level, Merging
from workflows.policy.loading.merge_rules import merge
from workflows.policy.schema.rules import Defaults, Group, Justification, Rule, Stage, Ticket

GROUPS = {name: Group(slack_usergroup="S1") for name in ("one", "two", "three")}
DOCUMENT = Document("file.yaml", "", {}, {}, {})

names = st.none() | st.lists(st.sampled_from(sorted(GROUPS)), min_size=1, unique=True).map(tuple)
few = st.none() | st.integers(1, 4)
stages = st.lists(
    st.builds(
        Stage.model_construct,
        name=st.sampled_from(["owners", "security"]),
        approvers=names,
        quorum=few,
        escalate=st.none(),
        notify=st.none(),
        channel=st.none(),
    ),
    max_size=2,
    unique_by=lambda stage: stage.name,
).map(tuple)
rules = st.builds(
    Rule.model_construct,
    eligible=names,
    longest=few,
    shortest=few,
    justification=st.builds(Justification.model_construct, min_length=few, max_length=st.none()),
    ticket=st.builds(
        Ticket.model_construct, required=st.none() | st.booleans(), pattern=st.none(), hint=st.none()
    ),
    decision=st.none() | st.just("automatic"),
    stages=stages,
    lapse=few,
    credentials=few,
    ahead=few,
    assurance=st.none() | st.sampled_from(ASSURANCES),
)


def merged(*rules: Rule) -> tuple[EffectiveRule | None, Merging]:
    levels = [Level(f"level {n}", DOCUMENT, (), rule) for n, rule in enumerate(rules)]
    merging = Merging(levels, GROUPS, {"approvals": "#approvals"})
    return merge(merging, Defaults()), merging


def is_within(effective: EffectiveRule, rule: Rule) -> bool:
    """Nothing that this level forbids is allowed."""
    found = {stage.name: stage for stage in effective.stages}
    return all(
        (
            rule.eligible is None or set(effective.eligible) <= set(rule.eligible),
            rule.assurance is None or stronger(rule.assurance, effective.assurance) == effective.assurance,
            rule.longest is None or effective.longest <= rule.longest,
            rule.shortest is None or effective.shortest >= rule.shortest,
            rule.lapse is None or effective.lapse <= rule.lapse,
            rule.ahead is None or effective.ahead <= rule.ahead,
            rule.credentials is None or (effective.credentials or 99) <= rule.credentials,
            effective.justification_min >= ((rule.justification and rule.justification.min_length) or 0),
            effective.ticket.required or not (rule.ticket and rule.ticket.required),
            not (rule.stages and effective.automatic),
            *(found[stage.name].quorum >= (stage.quorum or 1) for stage in rule.stages),
            *(
                set(found[stage.name].approvers) <= set(stage.approvers)
                for stage in rule.stages
                if stage.approvers
            ),
        )
    )


@given(rules, rules, rules)
def test_what_is_accepted_is_within_every_level(upper: Rule, middle: Rule, lower: Rule) -> None:
    effective, merging = merged(upper, middle, lower)
    assert (effective is None) == bool(merging.problems)
    if effective is not None:
        assert all(is_within(effective, rule) for rule in (upper, middle, lower))


@given(rules)
def test_saying_the_same_again_or_nothing_changes_nothing(rule: Rule) -> None:
    once, _ = merged(rule)
    assert merged(rule, Rule())[0] == once
    if not (rule.decision and rule.stages):
        assert merged(rule, rule)[0] == once
