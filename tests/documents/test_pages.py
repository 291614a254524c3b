"""The console's page of a document shows what people typed as text, and nothing of it runs."""

from types import SimpleNamespace

from starlette.requests import Request

from bot.web.console.document_summary import document_summary, section_rows
from bot.web.console.templating import Show
from tests.builders import MONDAY
from tests.documents.story import PLAN
from tests.people import ADA, GRACE

SCRIPT = '<script>alert(1)</script><img src=x onerror="alert(2)">'


def test_script_is_shown_and_does_not_run(story):
    story.write(ADA, {**PLAN, "response": SCRIPT, "owner": "{{ 7 * 7 }}"})
    story.submit(ADA)
    story.send_back(GRACE, SCRIPT)
    state, directory = story.now, story.world.directory
    by = SimpleNamespace(
        csrf="c", person=SimpleNamespace(name="Ada"), reader=SimpleNamespace(role="x", sees_all=False)
    )
    page = Show(lambda: MONDAY, lambda: "Northwind").page(
        Request({"type": "http", "path": f"/documents/{state.id}", "headers": [], "query_string": b""}),
        "document.html",
        by=by,
        document=state,
        summary=document_summary(state, directory),
        texts=[("draft", "Draft", section_rows(state.terms.template, state.content))],
    )
    shown = bytes(page.body).decode()
    assert "<script>alert" not in shown
    assert "<img" not in shown
    assert shown.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2
    assert "{{ 7 * 7 }}" in shown
