"""The review says what the log says, what people typed stands in it as text, and drills aren't counted."""

import re
from datetime import date, timedelta

import pytest
from markdown_it import MarkdownIt

from tests.incidents.desk import FIRST, SECOND, Desk
from tests.people import ADA, GRACE, MARGARET
from workflows.incidents.commands import AddFollowUp, AddNote, Cancel, Mitigate, Resolve
from workflows.incidents.metrics import figures
from workflows.incidents.review import as_html, markdown
from workflows.incidents.state import EVERY, KIND, Incident
from workflows.incidents.timeline import timeline

EVIL = (
    "<script>alert(1)</script> [x](javascript:alert(1)) **bold** | a | `b` ![i](https://evil.example/i.png)"
)


def review(desk: Desk) -> str:
    directory = desk.world.directory
    return markdown(desk.now, timeline(desk.run(desk.story(FIRST)), directory), directory)


@pytest.fixture
def written(desk: Desk) -> Desk:
    desk.declares(ADA, title=f"Stale {EVIL}"[:200], service="ranking-model", playbook="stale-features")
    desk.clock.forward(minutes=2)
    desk.takes(MARGARET)
    desk.takes(ADA, "responder")
    desk.steps(MARGARET, "look-inside")
    desk.do(AddNote(FIRST, EVIL), ADA)
    desk.do(AddFollowUp(FIRST, "1", f"Watch {EVIL}", GRACE, date(2026, 4, 1)), MARGARET)
    desk.clock.forward(hours=1, minutes=1, seconds=5)
    desk.resolves(MARGARET)
    return desk


def test_it_has_everything_that_is_asked_for(written):
    document = review(written)
    for words in (
        "Time to acknowledge | 2 min",
        "Time to mitigate | unknown",
        "Time to resolve | 1 h 3 min 5 s",
        "Incident commander | Margaret",
        "warehouse",
        "Ada, responder: ended, confirmed by Vault",
        "Grace, due 2026-04-01, open",
        "started step look\\-inside",
        "A job had stopped\\.",
    ):
        assert words in document, words


def test_what_people_typed_formats_nothing(written):
    page = as_html(written.now, review(written))
    rendered = MarkdownIt("commonmark", {"html": True}).enable("table").render(review(written))
    for html in (page, rendered):
        assert "<script" not in html.split("</head>")[-1]
        assert not re.search(r"<(a|img|strong|code)\b", html.replace("<strong>This was", "")), html
    assert "default-src 'none'" in page
    assert "&lt;script&gt;" in page


def test_a_text_that_was_erased_leaves_a_mark(written):
    story = written.run(written.story(FIRST))
    erased = [type(one)(one.at, one.actor, one.surface, one.action, one.facts, {}) for one in story]
    lines = timeline(erased, written.world.directory)
    assert {line.said for line in lines if line.text == "Note"} == {"(erased)"}


def test_figures_are_medians_of_what_was_real(desk):
    def declared(number: int, minutes: float, end: type = Resolve, **more: object) -> None:
        subject = f"{FIRST[:-2]}{number:02d}"
        desk.declares(ADA, subject=subject, title=f"{number} is wrong", **more)
        desk.takes(MARGARET, subject=subject) if not more.get("private") else None
        who = ADA if more.get("private") else MARGARET
        began = desk.clock.at
        desk.clock.forward(minutes=minutes)
        desk.do(Mitigate(subject), who)
        desk.do(end(subject, "over"), who)
        desk.clock.at = began

    for number, minutes in enumerate((2, 4, 9)):
        declared(number, minutes)
    declared(10, 500, drill=True)
    declared(11, 500, private=True)
    declared(12, 500, end=Cancel)
    desk.declares(ADA, subject=SECOND, title="something else", severity="sev1")
    found = figures(desk.run(desk.in_status(Incident, KIND, EVERY)))
    assert [(one.severity, one.count, one.open) for one in found] == [("sev1", 1, 1), ("sev2", 3, 0)]
    assert (found[0].to_acknowledge, found[0].to_resolve) == (None, None)
    assert (found[1].to_mitigate, found[1].to_resolve) == (timedelta(minutes=4), timedelta(minutes=4))
