"""Reading what was just written, whichever node of a cluster answers.

Standbys answer reads by themselves and may be a moment behind. Each answer carries how far its node is in
`X-Vault-Index`; a call that carries it back is answered by a node that is as far, or is passed on to the active one
(https://openbao.org/docs/next/concepts/consistency/). Servers that know neither header ignore both.
"""

import base64
import json
import threading


class LatestIndex:
    """The furthest index that any answer carried. Safe to use from many threads."""

    def __init__(self) -> None:
        self._index = ""
        self._lock = threading.Lock()

    def headers(self) -> dict[str, str]:
        """For the next call; none before the first answer that had an index."""
        index = self._index
        return {"X-Vault-Index": index, "X-Vault-Inconsistent": "forward-active-node"} if index else {}

    def heard(self, index: str | None) -> None:
        """An answer's index. One that can't be compared counts as newer."""
        if not index:
            return
        with self._lock:
            if not _is_behind(index, self._index):
                self._index = index

    def forget(self) -> None:
        """No node has come so far: the storage was restored, or it is another cluster now."""
        with self._lock:
            self._index = ""


def _is_behind(index: str, known: str) -> bool:
    ours, theirs = _read(known), _read(index)
    return ours is not None and theirs is not None and ours[0] == theirs[0] and theirs[1] < ours[1]


def _read(index: str) -> tuple[str, int] | None:
    """Cluster and position, as OpenBao writes them; None if it is anything else."""
    try:
        document = json.loads(base64.b64decode(index))
        return str(document["cluster"]), int(document["value"])
    except (ValueError, TypeError, KeyError):
        return None
