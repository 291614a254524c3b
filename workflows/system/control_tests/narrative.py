"""What happens to control tests, as sentences."""

from workflows.narrative import Sentences
from workflows.system.control_tests.state import TITLES

SENTENCES: Sentences = {
    "started": lambda f, n: f"The control test “{TITLES[f['test']]}” started",
    "passed": lambda f, n: f"The control test passed: {f['found']}",
    "failed": lambda f, n: f"The control test failed: {f['found']}",
    "interrupted": lambda f, n: f"The control test couldn't be finished: {f['found']}",
}
