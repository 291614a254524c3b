"""Import what a forked process needs, once for all of them, and have their garbage collectors pass over it.

A collection in a child would look through all of this, and copy the memory that it shares with its parent.
"""

import gc
from importlib import import_module

gc.disable()
for _name in (
    "_strptime",
    "anyio._backends._asyncio",
    "apscheduler.executors.asyncio",
    "apscheduler.triggers.date",
    "bot.app",
    "daypass.api",
    "pytest",
    "slack_bolt.listener_matcher.async_builtins",
    "tests.promises.driver",
):
    import_module(_name)
gc.freeze()
gc.enable()
