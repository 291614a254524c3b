"""Python's cycle collector, paused while an export is verified."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause it, and turn it on again at the end if it was on.

    What is read of an export is kept until the end and has no cycles, so looking for some finds nothing, and costs more
    the more there is: a quarter of the time at 100,000 events. It pauses for the whole process, so don't use it in one
    that serves.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
