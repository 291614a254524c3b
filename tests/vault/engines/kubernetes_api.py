"""A stand-in for Kubernetes' API server: service accounts, their tokens, and whether a token is accepted.

As the real one it makes no token for less than ten minutes, accepts one for a minute longer than it says
(go-jose's leeway), and none of an account that is gone. Its clock can be put forward.
"""

import json
import re
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.request import Request, urlopen

from joserfc import jwt
from joserfc.jwk import ECKey

from tests.vault.engines.protobuf import read_object

LEEWAY = 60
SHORTEST = 600
_ACCOUNTS = re.compile(r"/api/v1/namespaces/([^/]+)/serviceaccounts(?:/([^/]+)(/token)?)?")
_REVIEWS = "/apis/authentication.k8s.io/v1/tokenreviews"


class KubernetesApi:
    """Serves on loopback until it is stopped."""

    def __init__(self, *accounts: tuple[str, str]) -> None:
        self.accounts = set(accounts)
        self.at_least = 0
        """Seconds: some servers give longer than they were asked."""
        self.tokens_made = 0
        self._ahead = timedelta()
        self._key = ECKey.generate_key("P-256")
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def put_forward(self, to: datetime) -> None:
        self._ahead = max(timedelta(), to - datetime.now(UTC))

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def accepts(self, token: str) -> bool:
        """By a TokenReview, over HTTP, as any webhook would ask."""
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": token}}
        request = Request(f"{self.url}{_REVIEWS}", json.dumps(body).encode())
        with urlopen(request, timeout=10) as answer:
            return bool(json.load(answer)["status"]["authenticated"])

    def _now(self) -> float:
        return time.time() + self._ahead.total_seconds()

    def token_for(self, namespace: str, account: str, seconds: int) -> dict[str, Any]:
        self.tokens_made += 1
        claims = {
            "sub": f"system:serviceaccount:{namespace}:{account}",
            "iat": int(self._now()),
            "exp": int(self._now()) + seconds,
            "kubernetes.io": {"namespace": namespace, "serviceaccount": {"name": account}},
        }
        ends = datetime.fromtimestamp(claims["exp"], UTC)
        token = jwt.encode({"alg": "ES256"}, claims, self._key)
        return {"token": token, "expirationTimestamp": f"{ends:%Y-%m-%dT%H:%M:%SZ}"}

    def review(self, token: str) -> bool:
        claims = jwt.decode(token, self._key).claims
        account = claims["kubernetes.io"]
        known = (account["namespace"], account["serviceaccount"]["name"]) in self.accounts
        return known and self._now() <= claims["exp"] + LEEWAY

    def answer(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if path == _REVIEWS:
            return 201, {**body, "status": {"authenticated": self.review(body["spec"]["token"])}}
        if found := _ACCOUNTS.fullmatch(path):
            return self._accounts(method, body, *found.groups())
        made = {**body, "metadata": {**body.get("metadata", {}), "uid": "a-uid"}}
        return (201, made) if method == "POST" else (200, _status(200, "Success"))

    def _accounts(
        self, method: str, body: dict[str, Any], namespace: str, name: str | None, token: str | None
    ) -> tuple[int, dict[str, Any]]:
        if method == "POST" and name is None:
            self.accounts.add((namespace, body["metadata"]["name"]))
            return 201, body
        if name is None or (namespace, name) not in self.accounts:
            return 404, _status(404, "serviceaccount not found", "NotFound")
        if method == "DELETE":
            self.accounts.discard((namespace, name))
            return 200, _status(200, "Success")
        seconds = int(body["spec"]["expirationSeconds"])
        if seconds < SHORTEST:
            what = "spec.expirationSeconds: may not specify a duration less than 10 minutes"
            return 422, _status(422, what, "Invalid")
        return 201, {**body, "status": self.token_for(namespace, name, max(seconds, self.at_least))}


def _status(code: int, message: str, reason: str = "") -> dict[str, Any]:
    status = "Success" if code < 400 else "Failure"
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "status": status,
        "message": message,
        "reason": reason,
        "code": code,
    }


def _handler(api: KubernetesApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = read_object(self.rfile.read(length))
            code, said = api.answer(self.command, self.path.partition("?")[0], body)
            raw = json.dumps(said).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = do_DELETE = _handle

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
