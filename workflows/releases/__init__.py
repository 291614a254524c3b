"""Releases: proposed, gated on evidence, approved by people who didn't author them, live, rolled back."""

from workflows.releases.decide import decide, due
from workflows.releases.evolve import effects, evolve, once
from workflows.releases.model import KIND, Release
from workflows.releases.views import found_by
from workflows.workflow import Workflow

WORKFLOW = Workflow(KIND, Release, decide, evolve, effects, due, once, found_by)
