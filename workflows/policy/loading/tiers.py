"""The risk tiers of a bundle, checked, and joined with the rule of each service that has one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import get_args

from workflows.policy.bundle import LoadedTierTest
from workflows.policy.conditions import ConditionError, compile_condition, variables_of
from workflows.policy.document import Document
from workflows.policy.evaluation.inputs import FIELD
from workflows.policy.loading.exceptions import taken_stage_names
from workflows.policy.loading.level import Level, Merging
from workflows.policy.loading.merge_conditions import placed
from workflows.policy.loading.merge_stages import merge_stages
from workflows.policy.loading.parsed_bundle import ParsedBundle
from workflows.policy.loading.references import references
from workflows.policy.problems import Problem, undefined
from workflows.policy.schema.gates import GateTerms
from workflows.policy.schema.rules import Group, Rule, TestsFile
from workflows.policy.schema.services import ServiceFile
from workflows.policy.schema.source_fit import FITS
from workflows.policy.schema.tiers import TiersFile
from workflows.policy.terms.documents import TemplateTerms
from workflows.policy.terms.inputs import InputTerms, InputType
from workflows.policy.terms.releases import ReleaseTerms
from workflows.policy.terms.tiers import TieringTerms, TierTerms


@dataclass(frozen=True)
class TiersRead:
    """`tiers.yaml` as it was read, with what its names may refer to."""

    document: Document
    file: TiersFile
    groups: Mapping[str, Group]
    channels: Mapping[str, str]
    templates: Mapping[str, TemplateTerms]

    @cached_property
    def template(self) -> TemplateTerms | None:
        return self.templates.get(self.file.questionnaire)

    @cached_property
    def questions(self) -> tuple[InputTerms, ...]:
        """What conditions can look at: whatever has to be answered, and isn't free text."""
        fields = self.template.fields if self.template else ()
        return tuple(one.as_input() for one in fields if one.required and one.type in get_args(InputType))

    def problems(self) -> Iterator[Problem]:
        """What is wrong with it whatever the services are."""
        yield from self._questionnaire_problems()
        yield from self._condition_problems()
        taken: dict[str, str] = {}
        for index, tier in enumerate(self.file.tiers):
            for number, gate in enumerate(tier.gates):
                place = ("tiers", index, "gates", number)
                if gate.name in taken:
                    what = f"the tier “{taken[gate.name]}” already has a gate “{gate.name}”"
                    yield self.document.problem((*place, "name"), what, "give each its own name")
                if gate.template and gate.template not in self.templates:
                    fault = undefined("template", gate.template, self.templates)
                    yield self.document.problem((*place, "template"), *fault)
                if gate.kind == "stage":
                    what = "a gate of kind “stage” belongs to one service"
                    yield self.document.problem((*place, "kind"), what, "write it in that service's file")
                taken.setdefault(gate.name, tier.name)
            yield from taken_stage_names(self.document, ("tiers", index, "stages"), tier.stages)
            for number, stage in enumerate(tier.stages):
                if stage.when is not None:
                    what = "every release of this tier needs each of its stages"
                    place = ("tiers", index, "stages", number)
                    yield self.document.problem((*place, "when"), what, "remove this line")

    def _questionnaire_problems(self) -> Iterator[Problem]:
        place = ("questionnaire",)
        if self.template is None:
            yield self.document.problem(
                place, *undefined("template", self.file.questionnaire, self.templates)
            )
        elif self.template.about != "service":
            what = f"“{self.template.name}” is about one version, and a tier is a service's"
            yield self.document.problem(place, what, "use a template that is about a service")
        elif not self.questions:
            what = f"“{self.template.name}” has no required field of a type that conditions can look at"
            yield self.document.problem(place, what, f"add one: {', '.join(get_args(InputType))}")

    def _condition_problems(self) -> Iterator[Problem]:
        if not self.questions:
            return
        for index, tier in enumerate(self.file.tiers):
            for number, source in enumerate(tier.when):
                try:
                    _only_answers(source, self.questions)
                except ConditionError as error:
                    yield placed(self.document, ("tiers", index, "when", number), error)

    def joined(
        self, terms: ReleaseTerms, document: Document, file: ServiceFile
    ) -> tuple[ReleaseTerms, list[Problem]]:
        """The terms of a service with its tiers, as long as it doesn't say that it has none; and what doesn't fit."""
        if not file.tiered or self.template is None:
            return terms, []
        problems = list(self._gate_problems(document, file))
        own = Level(f"service {file.service}", document, ("rule",), Rule(stages=file.rule.stages))
        levels, tiers = [own], []
        for index, tier in enumerate(self.file.tiers):
            level = Level(f"tier {tier.name}", self.document, ("tiers", index), Rule(stages=tier.stages))
            levels.append(level)
            merging = Merging(list(levels), self.groups, self.channels)
            merging.problems += references(level, self.groups, self.channels)
            stages = merge_stages(merging) if not merging.problems else terms.stages
            problems += merging.problems
            gates = tuple(GateTerms.model_validate(one.model_dump(exclude_none=True)) for one in tier.gates)
            made = TierTerms(
                name=tier.name,
                title=tier.title,
                when=tier.when,
                due_again=tier.due_again,
                gates=gates,
                stages=stages,
            )
            tiers.append(made)
        tiering = TieringTerms(
            questionnaire=self.template.name,
            questionnaire_digest=self.template.digest,
            questions=self.questions,
            tiers=tuple(tiers),
        )
        return terms.model_copy(update={"tiering": tiering}), problems

    def _gate_problems(self, document: Document, file: ServiceFile) -> Iterator[Problem]:
        own = {gate.name: index for index, gate in enumerate(file.gates)}
        for tier in self.file.tiers:
            for gate in tier.gates:
                if gate.name in own:
                    what = f"the tier “{tier.name}” has a gate “{gate.name}”, too"
                    place = ("gates", own[gate.name], "name")
                    yield document.problem(place, what, "choose another name; both gates will apply")
                if gate.kind not in FITS[file.source].gates:
                    released = FITS[file.source].what
                    what = f"the gate “{gate.name}” of tier “{tier.name}” can't be evaluated for {released}"
                    yield document.problem(("service",), what, "write “tiered: false” if it needs no tier")


def load_tier_tests(parsed: ParsedBundle, services: Mapping[str, ReleaseTerms]) -> tuple[LoadedTierTest, ...]:
    """The bundle's own tests of its tiers; what they name has to be there."""
    loaded = []
    for document, file in parsed.each(TestsFile):
        for index, test in enumerate(file.tiers):
            place = ("tiers", index)
            loaded.append(LoadedTierTest(document.at(place), test))
            terms = services.get(test.service)
            if terms is None:
                fault = undefined("service", test.service, services)
                parsed.problems.append(document.problem((*place, "service"), *fault))
                continue
            known = [one.name for one in terms.tiering.tiers] if terms.tiering else []
            if test.expect.tier not in known:
                fault = undefined("tier", test.expect.tier, known)
                parsed.problems.append(document.problem((*place, "expect", "tier"), *fault))
    return tuple(loaded)


def _only_answers(source: str, questions: tuple[InputTerms, ...]) -> None:
    """Raises ConditionError for what isn't a condition, or looks at anything but the answers."""
    compiled = compile_condition(source, questions)
    others = [name for name in variables_of(compiled) if not name.startswith(FIELD)]
    if others:
        what = f"“{others[0]}” isn't known of a service"
        raise ConditionError(what, f"use the answers, such as {FIELD}{questions[0].name}")
