"""Access requests, grants and credentials."""

from workflows.access.decide import decide, due
from workflows.access.evolve import effects, evolve, once
from workflows.access.model import KIND, Access
from workflows.access.views import found_by
from workflows.workflow import Workflow

WORKFLOW = Workflow(KIND, Access, decide, evolve, effects, due, once, found_by)
