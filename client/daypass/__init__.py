"""Temporary access from Daypass, in Python and the notebook.

import daypass

with daypass.access("warehouse", hours=1, because="the nightly features look wrong") as login:
    connect(user=login["username"], password=login["password"])

pandas.read_sql("SELECT 1", daypass.engine("warehouse", hours=1, because="…"))
"""

from typing import Any

from daypass.databases import engine
from daypass.errors import Away, DaypassError, Denied, NotInTime, NotSignedIn, Over, Refused
from daypass.grants import Login
from daypass.holding import access

__all__ = [
    "Away",
    "DaypassError",
    "Denied",
    "Login",
    "NotInTime",
    "NotSignedIn",
    "Over",
    "Refused",
    "access",
    "engine",
    "load_ipython_extension",
]


def load_ipython_extension(shell: Any) -> None:
    """Add `%daypass` to IPython; `%load_ext daypass` calls this."""
    from daypass.magic import load

    load(shell)
