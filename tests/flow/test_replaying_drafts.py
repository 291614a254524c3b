"""`daypass policy replay`, as somebody runs it who is about to change the rules."""

import json

from bot.demo.cast import ADA
from tests.flow.conftest import Rules
from tests.flow.deeds import granted, message, said
from tests.flow.office import APPROVALS, Office
from tests.flow.test_command_line import WAREHOUSE, beside, sentence_of

QUORUM = "          quorum: 1\n          # After"


async def test_a_draft_is_tried_on_past_requests_beside_a_running_daypass(
    office: Office, rules: Rules
) -> None:
    asked = await granted(office)
    draft = rules()
    same = await beside(office, "policy", "replay", str(draft))
    assert (same.returncode, same.stderr) == (0, "")
    assert f"1 request in 90 days: 0 decided otherwise by {draft}, 1 the same" in same.stdout

    path = draft / WAREHOUSE
    path.write_text(path.read_text().replace(QUORUM, QUORUM.replace("1", "2"), 1))
    printed = {
        form: await beside(office, "policy", "replay", str(draft), "--since", "1d", "--format", form)
        for form in ("text", "json", "markdown")
    }
    assert {form: one.returncode for form, one in printed.items()} == dict.fromkeys(printed, 2)
    assert f"{asked.id}  " in printed["text"].stdout
    assert "not enough approvals, needs 2 in data-owners" in printed["text"].stdout
    assert json.loads(printed["json"].stdout)["kinds"] == {"not-approved": 1}
    assert f"| `{asked.id}` |" in printed["markdown"].stdout


async def test_a_result_is_posted_in_a_channel_that_daypass_is_in(office: Office, rules: Rules) -> None:
    asked = await granted(office)
    draft = rules((WAREHOUSE, QUORUM, QUORUM.replace("1", "2")))
    done = await beside(office, "policy", "replay", str(draft), "--post", "#access-approvals")
    assert (done.returncode, done.stderr) == (2, "")
    shown = said(await message(office.grace, APPROVALS, "1 decided otherwise by bundle"))
    assert "1 wouldn't have enough approvals" in shown
    assert asked.id in shown and ADA in shown and f"<@{ADA}>" not in shown
    refused = sentence_of(await beside(office, "policy", "replay", str(draft), "--post", "#nowhere"))
    assert refused.startswith("The result couldn't be posted in #nowhere: ")
    wrong = sentence_of(await beside(office, "policy", "replay", str(draft), "--post", "@ada"))
    assert wrong.startswith("--post @ada isn't a channel.")


async def test_what_can_not_be_replayed_has_an_exit_code_of_its_own(office: Office, rules: Rules) -> None:
    await granted(office)
    draft = rules(
        ("environments.yaml", "eligible: [scientists, data-owners]", "eligible: [newcomers, data-owners]")
    )
    groups = draft / "groups.yaml"
    groups.write_text(
        groups.read_text().replace("groups:\n", "groups:\n  newcomers:\n    members: [U0NEW]\n", 1)
    )
    done = await beside(office, "policy", "replay", str(draft))
    assert done.returncode == 3, done.stdout
    assert "1 can't be replayed: The requester may be in a new or changed group." in done.stdout


async def test_what_is_wrong_is_one_sentence(office: Office, rules: Rules) -> None:
    draft = rules((WAREHOUSE, "risk: high", "risk: hgh"))
    assert WAREHOUSE in sentence_of(await beside(office, "policy", "replay", str(draft)))
    since = sentence_of(await beside(office, "policy", "replay", str(draft), "--since", "90"))
    assert since.startswith("--since 90 isn't valid")
