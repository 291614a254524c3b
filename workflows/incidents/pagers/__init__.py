"""The kinds of pagers that an incident's severity calls. A new one is a module, its entry here, its field in
workflows/policy/schema/pagers.py, a paragraph in docs/pagers.md, and a case of tests/incidents/test_pagers.py.
"""

from workflows.incidents.pagers.pager import Page, PagerKind
from workflows.incidents.pagers.webhook import WEBHOOK

PAGERS = {kind.name: kind for kind in (WEBHOOK,)}
"""By the field that a pager has for it."""

__all__ = ["PAGERS", "Page", "PagerKind"]
