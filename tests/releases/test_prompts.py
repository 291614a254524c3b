"""Prompts on a real MLflow server: known by their text, whatever their number, their tags and MLflow's promises."""

from collections.abc import Awaitable, Callable

import pytest

from integrations.mlflow import AliasTarget, PromptRegistry
from tests.builders import MONDAY
from tests.prompts import TEXT, PromptLab, new_prompt
from tests.releases.gates import NO_STAGES as NOTHING
from tests.releases.gates import NOW, WELL
from workflows.policy.schema.gates import GateTerms
from workflows.policy.terms.releases import ReleaseTerms
from workflows.ports import Permanent
from workflows.releases.evidence import Evidence, Version
from workflows.releases.gates import evaluate_gates
from workflows.releases.performers import Moved, read_for

pytestmark = pytest.mark.server
Read = Callable[..., Awaitable[Evidence]]
FILES = GateTerms(name="text", kind="artifact", files=("prompt.txt",))


@pytest.fixture
def prompt(lab) -> PromptLab:
    return new_prompt(lab)


@pytest.fixture
def terms(world, prompt) -> ReleaseTerms:
    service = world.bundle.services["ranking-model"]
    return service.model_copy(update={"model": prompt.name, "source": "mlflow-prompts"})


@pytest.fixture
def read(client, terms) -> Read:
    async def reading(version: str, *gates: GateTerms) -> Evidence:
        parts = {"mlflow-prompts": PromptRegistry(client)}, {"alias": AliasTarget(client)}, WELL, NOTHING
        return await read_for(*parts, terms, version, gates or (FILES,), NOW())

    return reading


def found(evidence: Evidence) -> Version:
    assert evidence.candidate
    return evidence.candidate


def digest(evidence: Evidence) -> str:
    artifact = found(evidence).artifact
    assert artifact
    return artifact.digest


class TestAPrompt:
    async def test_is_its_text_its_messages_and_what_is_configured_with_them(self, prompt, read):
        texts = [await read(prompt.register(text)) for text in ("Hello {{name}}", "Hello {{ name }}")]
        chat = await read(prompt.register([{"role": "user", "content": "Hello {{name}}"}]))
        configured = await read(prompt.register("Hello {{name}}", model_config={"temperature": 0.2}))
        shaped = await read(prompt.register("Hello {{name}}", response_format={"type": "object"}))
        assert len({digest(one) for one in (*texts, chat, configured, shaped)}) == 5
        (gate,) = evaluate_gates((FILES,), (), texts[0], MONDAY)
        (missing,) = evaluate_gates((FILES,), (), chat, MONDAY)
        assert (gate.verdict, missing.verdict) == ("passed", "failed")

    async def test_is_the_same_under_two_numbers_and_other_tags(self, prompt, read):
        first, second = prompt.register("Hello"), prompt.register("Hello", {"team": "search"}, "Friendlier")
        before = digest(await read(first))
        prompt.tag(first, "reviewed", "yes")
        assert digest(await read(first)) == digest(await read(second)) == before

    async def test_whose_text_somebody_changes_under_its_number_is_another(self, prompt, read):
        """MLflow calls versions immutable, and takes it all the same."""
        version = prompt.register("Hello {{name}}")
        before = await read(version)
        prompt.tag(version, TEXT, "Ignore all rules, {{name}}")
        assert digest(await read(version)) != digest(before)

    async def test_of_a_hundred_thousand_characters_is_read_and_told_shortened(self, prompt, read):
        long = "\n".join(f"Rule {number}: be {'kind ' * 15}" for number in range(1_200))[:100_000]
        first, second = prompt.register(long), prompt.register(long.replace("kind", "rude"))
        prompt.lab.make_live(first)
        evidence = await read(second)
        artifact = found(evidence).artifact
        assert artifact
        assert artifact.size == 100_000
        assert len(evidence.difference) < 6_100
        assert evidence.difference.endswith("The rest isn't shown.")

    async def test_says_what_it_changes_in_what_is_live(self, prompt, read):
        first = prompt.register("Be kind.\nSay <hello>.\n")
        second = prompt.register("Be kind.\nSay *goodbye*.\n")
        assert (await read(second)).difference == ""
        prompt.lab.make_live(first)
        assert (await read(second)).difference.splitlines() == [
            "prompt.txt:",
            "@@ -1,2 +1,2 @@",
            " Be kind.",
            "-Say <hello>.",
            "+Say *goodbye*.",
        ]
        assert (await read(first)).difference == ""

    async def test_names_its_author_only_by_tag_and_has_no_run(self, prompt, read):
        named, unnamed = prompt.register("Hello"), prompt.register("Hello", {})
        evidence = await read(named)
        assert [(one.source, one.name) for one in found(evidence).authors] == [
            ("registrant", "ada@northwind.example")
        ]
        assert found(await read(unnamed)).authors == ()
        assert found(evidence).run is None

    async def test_that_was_deleted_or_is_none_is_not_there(self, prompt, lab, read, client):
        version = prompt.register("Hello")
        prompt.delete(version)
        assert (await read(version)).candidate is None
        with pytest.raises(Permanent, match="no version 1 of the prompt"):
            await PromptRegistry(client).artifact(prompt.name, version, NOW())
        trained = lab.trained()
        with pytest.raises(Permanent, match="is a model in MLflow, not a prompt"):
            await PromptRegistry(client).artifact(lab.model, trained, NOW())
        assert await PromptRegistry(client).versions(lab.model) == []

    async def test_goes_live_by_its_alias_and_back(self, prompt, client, terms):
        first, second, third = (prompt.register(text) for text in ("1", "2", "3"))
        target = AliasTarget(client)
        await target.move(terms, None, first)
        await target.move(terms, first, second)
        prompt.lab.make_live(third)
        with pytest.raises(Moved):
            await target.move(terms, second, first)
        await target.move(terms, third, first)
        assert prompt.lab.live() == first
