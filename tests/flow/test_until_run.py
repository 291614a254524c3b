"""Access until a run ends, on a real MLflow: refused for what doesn't run, ended with it, and kept while nobody can see it."""

from collections.abc import AsyncIterator

import pytest

from bot.demo.actor import filled, seen
from bot.demo.servers import free_port
from tests.flow.conftest import OpenOffice
from tests.flow.deeds import WHY, card, form, log_of, message, press, said, token
from tests.flow.office import APPROVALS, Office
from tests.lab import Lab
from workflows.access.run_watch import WATCHED_EVERY
from workflows.access.state import Access


@pytest.fixture
async def with_mlflow(open_office: OpenOffice, lab: Lab) -> AsyncIterator[Office]:
    async with open_office(mlflow_tracking_uri=lab.url) as office:
        yield office


def begun(lab: Lab) -> str:
    return str(lab.run({}, status="RUNNING")["run_id"])


def end(lab: Lab, run: str, said: str = "FINISHED") -> None:
    lab.call("POST", "runs/update", run_id=run, status=said)


async def submitted(office: Office, run: str) -> dict[str, str]:
    """Ask for an hour until the run ends; what is wrong, by field."""
    view = await form(office.ada, f"/access warehouse 1h until run {run} because {WHY}")
    answer = await office.ada.submit(view, filled(view))
    errors: dict[str, str] = answer.get("errors", {})
    return errors


async def granted(office: Office, run: str) -> Access:
    assert await submitted(office, run) == {}
    asked = await office.until("pending")
    await press(office.grace, APPROVALS, "Approve", asked.id)
    return await office.until("active")


class TestUntilARunEnds:
    async def test_access_ends_with_it_and_the_story_says_what_was_seen(
        self, with_mlflow: Office, lab: Lab
    ) -> None:
        run = begun(lab)
        asked = await granted(with_mlflow, run)
        await token(with_mlflow.ada, await with_mlflow.ada.direct(), asked.id)
        end(lab, run)
        await with_mlflow.forward(seconds=WATCHED_EVERY + 1)
        ended = await with_mlflow.until("ended")
        assert ended.grant
        assert ended.grant.how == "run ended"
        assert all(one.over for one in ended.credentials)
        log = await log_of(with_mlflow, asked.id)
        assert log.index("access.run-ended") < log.index("access.credential-ended")
        await message(with_mlflow.ada, await with_mlflow.ada.direct(), "has ended", "run ended")

    async def test_the_approvers_see_which_run(self, with_mlflow: Office, lab: Lab) -> None:
        run = begun(lab)
        assert await submitted(with_mlflow, run) == {}
        asked = await with_mlflow.until("pending")
        shown = await card(with_mlflow.grace, APPROVALS, asked.id, "until run")
        assert run[:11] in said(shown)

    async def test_a_run_that_doesn_t_run_is_refused_at_its_field(
        self, with_mlflow: Office, lab: Lab
    ) -> None:
        finished = begun(lab)
        end(lab, finished, "KILLED")
        assert "it is KILLED" in (await submitted(with_mlflow, finished))["until_run"]
        assert "doesn't exist" in (await submitted(with_mlflow, "0" * 32))["until_run"]
        assert await with_mlflow.requests() == []

    async def test_a_pending_request_is_withdrawn_with_its_run(self, with_mlflow: Office, lab: Lab) -> None:
        run = begun(lab)
        assert await submitted(with_mlflow, run) == {}
        await with_mlflow.until("pending")
        end(lab, run)
        await with_mlflow.forward(seconds=WATCHED_EVERY + 1)
        await with_mlflow.until("withdrawn")
        await message(with_mlflow.ada, await with_mlflow.ada.direct(), "was withdrawn", "Its run ended")


async def test_without_mlflow_no_run_can_be_seen(office: Office) -> None:
    assert "can't be seen" in (await submitted(office, "0" * 32))["until_run"]


async def test_while_mlflow_is_away_a_new_one_is_refused(open_office: OpenOffice) -> None:
    async with open_office(mlflow_tracking_uri=f"http://127.0.0.1:{free_port()}") as office:
        assert "can't be seen" in (await submitted(office, "0" * 32))["until_run"]
        assert await office.requests() == []


async def test_access_outlives_nobody_s_sight_of_its_run(open_office: OpenOffice, lab: Lab) -> None:
    """It goes on to its time, and the card says since when the run can't be seen."""
    run = begun(lab)
    async with open_office(mlflow_tracking_uri=lab.url) as office:
        asked = await granted(office, run)
    async with open_office(mlflow_tracking_uri=f"http://127.0.0.1:{free_port()}") as office:
        await office.forward(seconds=WATCHED_EVERY + 1)

        async def unseen() -> bool:
            return (await office.newest()).run_unseen_since is not None

        await seen("the run can't be seen", unseen)
        await card(office.grace, APPROVALS, asked.id, "can't be seen since")
        assert (await office.newest()).status == "active"
        await office.forward(hours=1)
        ended = await office.until("ended")
        assert ended.grant
        assert ended.grant.how == "expired"
