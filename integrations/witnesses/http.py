"""A witness over HTTP (https://c2sp.org/tlog-witness)."""

import httpx2

from integrations.http_client import explained
from integrations.json_answers import is_passing
from workflows.audit.tlog.note import VerifierKey
from workflows.audit.witness.protocol import PATH, SIZE_TYPE
from workflows.audit.witness.witness import Answer, KnowsSize, Lines, SaysNo
from workflows.ports import Permanent, Retryable

CONFLICT, UNPROVEN = 409, 422
MAX_ANSWER_BYTES = 64 << 10
_REFUSALS = {
    400: "it can't read the request",
    403: "it doesn't know the key that signed",
    404: "it doesn't watch this log",
}


class HttpWitness:
    """One witness. Nothing that it says is repeated to people."""

    def __init__(self, url: str, key: VerifierKey, client: httpx2.AsyncClient) -> None:
        self.key = key
        self._url = f"{url}{PATH}"
        self._client = client

    async def add(self, request: bytes) -> Answer:
        """Ask it to cosign. Raises Retryable or Permanent."""
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        who = f"The witness {self.key.name}"
        try:
            answer = await self._client.post(self._url, content=request, headers=headers)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise explained(error, who) from None
        status, body = answer.status_code, answer.content
        if status == 200:
            return Lines(body.decode(errors="replace"))
        if status == CONFLICT and answer.headers.get("content-type", "").startswith(SIZE_TYPE):
            return _size(body, who)
        if status in (CONFLICT, UNPROVEN):
            return SaysNo("it has cosigned another history of this log", contradicts=True)
        if is_passing(status):
            raise Retryable(f"{who} answered with status {status}. Daypass tries again.")
        return SaysNo(_REFUSALS.get(status, f"it answered with status {status}"), contradicts=False)


def _size(body: bytes, who: str) -> KnowsSize:
    text = body.decode(errors="replace").removesuffix("\n")
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        raise Permanent(f"{who} sent a response that Daypass can't use: no size.")
    return KnowsSize(int(text))
