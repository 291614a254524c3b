"""Who calls Daypass here and now: a machine, a person with a session, or one who can be asked to sign in."""

import os
import sys
from collections.abc import Callable, Mapping

from daypass.errors import NotSignedIn
from daypass.login import log_in
from daypass.sessions import Sessions
from daypass.settings import Caller, caller_of, read_caller, read_url

Tell = Callable[[str], None]


def caller(sessions: Sessions, tell: Tell, environment: Mapping[str, str] = os.environ) -> Caller:
    """Return who calls; a person at a terminal or a notebook who isn't signed in is asked to. Raises DaypassError."""
    try:
        return read_caller(sessions, environment)
    except NotSignedIn as error:
        url = read_url(sessions, environment)
        if not _has_somebody():
            raise
        tell(str(error).partition(". ")[0] + ".")
        return caller_of(log_in(sessions, url, tell, environment=environment))


def _has_somebody() -> bool:
    """Tell whether a person is there to sign in: at a terminal, or at a notebook."""
    if "IPython" in sys.modules:
        from IPython.core.getipython import get_ipython

        return get_ipython() is not None
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()
