"""Access reviews in the console: operators open one, who may look sees every item, and both files are events of the log."""

from tests.flow.office import Office
from tests.web.conftest import People
from tests.web.reader import words
from workflows.system.access_reviews.commands import AnswerItems
from workflows.system.access_reviews.state import KIND, AccessReview
from workflows.workflow import Actor

BECAUSE = '=HYPERLINK("https://evil.example","she changed teams")'


async def test_opened_followed_and_taken_out_of_the_house(office: Office, people: People) -> None:
    radia = await people.signed_in("radia")
    csrf = await radia.form("/access-reviews")
    opened = await radia.post("/access-reviews", data={"csrf": csrf, "name": "warehouse"})
    assert opened.status_code == 303
    page = opened.headers["location"]
    (review,) = await office.daypass.reads.in_status(AccessReview, KIND, ("open",))
    assert page == f"/access-reviews/{review.id}"

    number = next(n for n, one in enumerate(review.items, 1) if one.person == office.ada.id)
    removed = AnswerItems(review.id, (number,), "remove", BECAUSE)
    assert (await office.daypass.ledger.handle(removed, Actor(office.grace.id), "slack")).events
    barbara = await people.signed_in("barbara")
    shown = words(await barbara.page(page))
    assert f"1 of {review.count} items" in shown
    assert "Removed by Grace Hopper" in shown
    assert "opened the access review" in await barbara.page(f"/stories/{review.id}")

    await office.daypass.jobs.keep_log()
    assert "opened the access review" in await barbara.page("/search?resource=review:warehouse")

    csrf = await barbara.form(page)
    exported = await barbara.post(f"{page}/export", data={"csrf": csrf, "form": "csv"})
    assert len(exported.text.splitlines()) == review.count + 1
    assert "'=HYPERLINK" in exported.text
    diff = await barbara.post(f"{page}/export", data={"csrf": csrf, "form": "diff"})
    assert "By hand" in diff.text or "groups.yaml" in diff.text

    auditor = await people.at_a_terminal("barbara")
    (listed,) = (await auditor.get("/api/v1/access-reviews")).json()["items"]
    assert (listed["id"], listed["removed"]) == (review.id, 1)
    one = (await auditor.get(f"/api/v1/access-reviews/{review.id}")).json()
    assert (one["review"], len(one["items"])) == (listed, review.count)

    ada = await people.signed_in("ada")
    assert (await ada.get(page)).status_code == 404
    assert review.id not in await ada.page("/access-reviews")
