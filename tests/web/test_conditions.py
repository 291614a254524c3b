"""A machine's request that people approve for less, or ask about: it reads the conditions, accepts them, and answers."""

from bot.demo.actor import seen
from tests.flow.office import APPROVALS, Office
from tests.flow.test_approving_for_less import approve_for_less, fill_in, press_in_details
from tests.web.reader import Anybody
from tests.web.test_api import ask


async def read(machine: Anybody, id: str) -> dict:
    return (await machine.get(f"/api/v1/requests/{id}")).json()


async def test_conditions_are_accepted_by_the_digest_that_was_read(office: Office, machine: Anybody) -> None:
    id = (await ask(machine))["id"]
    await approve_for_less(office, id, "20m", "Only the churn tables.")

    async def offered() -> dict | None:
        found = await read(machine, id)
        return found if found["offered_at"] else None

    found = await seen("the offer", offered)
    assert (found["status"], found["approved_seconds"], found["seconds"]) == ("pending", 1_200, 1_800)
    assert [one["condition"] for one in found["conditions"]] == ["Only the churn tables."]
    stale = await machine.post(f"/api/v1/requests/{id}/accept", json={"digest": "0" * 64})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    accepted = await machine.post(f"/api/v1/requests/{id}/accept", json={"digest": found["digest"]})
    assert accepted.json()["status"] == "active"
    again = await machine.post(f"/api/v1/requests/{id}/accept", json={"digest": found["digest"]})
    assert again.json()["status"] == "active"
    held = (await machine.get("/api/v1/audit/held?resource=warehouse")).json()
    assert [one["conditions"] for one in held] == [["Only the churn tables."]]


async def test_a_question_is_read_and_answered(office: Office, machine: Anybody) -> None:
    id = (await ask(machine))["id"]
    await press_in_details(office.grace, APPROVALS, id, "Ask a question")
    await fill_in(office.grace, "Question", text="Which tables?")

    async def asked() -> list | None:
        return (await read(machine, id))["questions"] or None

    (question,) = await seen("the question", asked)
    assert (question["number"], question["question"], question["answer"]) == ("1", "Which tables?", None)
    path = f"/api/v1/requests/{id}/questions/1/answer"
    answered = await machine.post(path, json={"answer": "The churn tables."})
    assert answered.json()["questions"][0]["answer"] == "The churn tables."
    other = await machine.post(path, json={"answer": "All of them."})
    assert (other.status_code, other.json()["code"]) == (409, "answered")
