"""GitHub's rate limits, primary and secondary.

Source: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

import time
from collections.abc import Mapping

from integrations.json_answers import MAX_PAUSE_SECONDS, seconds_to_wait

PAUSE_SECONDS = 60.0
LIMITED = (403, 429)


def seconds_limited(headers: Mapping[str, str]) -> float | None:
    """How long to wait, of an answer whose status is one of LIMITED; None if it is refused for something else."""
    after = seconds_to_wait(headers.get("retry-after"))
    if after is None and headers.get("x-ratelimit-remaining") != "0":
        return None
    reset = headers.get("x-ratelimit-reset", "")
    if after is None and reset.isascii() and reset.isdigit() and len(reset) <= 12:
        after = min(max(1.0, int(reset) - time.time()), MAX_PAUSE_SECONDS)
    return after or PAUSE_SECONDS
