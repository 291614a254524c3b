"""What an earlier stage counts for: what Daypass made live there last, unless something is wrong with it."""

import pytest

from tests.people import ADA, GRACE
from workflows.releases.stages import line_to
from workflows.releases.state import Release

SERVICE = "ranking-model"


def trouble(release: Release) -> str:
    (stage,) = line_to(SERVICE, [release])
    return stage.trouble


def test_it_is_the_artifact_that_was_approved_since_it_was_made_live(live):
    live.time_passes(seconds=15)
    assert "haven't run yet" in trouble(live.now)
    live.is_checked()
    (stage,) = line_to(SERVICE, [live.now])
    assert (stage.release, stage.version, stage.digest, stage.since, stage.trouble) == (
        live.now.id,
        "2",
        live.now.artifact_digest,
        live.now.live_at,
        "",
    )
    assert line_to("another", [live.now]) == ()


def test_it_isn_t_while_something_is_wrong_there(live):
    live.time_passes(seconds=15)
    live.is_checked(observed=("0.1",))
    assert "failed" in trouble(live.now)
    live.checks_again(GRACE)
    live.is_checked(observed=("0.9",))
    live.is_looked_at("9")
    assert "isn't what was approved" in trouble(live.now)
    live.is_looked_at("2")
    assert trouble(live.now) == ""
    live.is_compared("f" * 64)
    assert "isn't what was approved" in trouble(live.now)
    live.is_compared(None)
    assert trouble(live.now)
    live.is_compared(live.now.artifact_digest)
    assert trouble(live.now) == ""
    live.rolls_back(ADA)
    assert "rolled back" in trouble(live.now)
    live.moved()
    (stage,) = line_to(SERVICE, [live.now])
    assert (stage.version, "rolled back" in stage.trouble) == ("1", True)


@pytest.mark.parametrize("step", ["proposed", "read", "approved"])
def test_what_isn_t_live_yet_counts_for_nothing(story, step):
    story.proposes(ADA)
    if step != "proposed":
        story.is_read()
    if step == "approved":
        story.approves(GRACE)
    assert line_to(SERVICE, [story.now]) == ()
