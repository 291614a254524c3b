"""A stand-in for Kubernetes' API server: service accounts, their tokens, and whether a token is accepted.

As the real one it lets nobody in without a bearer token (401), does what RBAC allows them alone (403), makes no token
for less than ten minutes or more than 2³² seconds (422), accepts one for a minute longer than it says (go-jose's
leeway), and none of an account that is gone. Its clock can be put forward.

https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/
https://kubernetes.io/docs/reference/access-authn-authz/rbac/
"""

import json
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.request import Request, urlopen

from joserfc import jwt
from joserfc.jwk import ECKey

from tests.loopback import Call, Loopback, Reply, replied_json
from tests.vault.engines.protobuf import read_object

LEEWAY = 60
SHORTEST = 600
LONGEST = 1 << 32
VAULT = "system:serviceaccount:vault:openbao"
"""Whom the API server takes Vault for, by its token."""
VAULT_TOKEN = "the-token-of-vault"
_ACCOUNTS = re.compile(r"/api/v1/namespaces/([^/]+)/serviceaccounts(?:/([^/]+)(/token)?)?")
_REVIEWS = "/apis/authentication.k8s.io/v1/tokenreviews"


class KubernetesApi(Loopback):
    """With these accounts, each a namespace and a name."""

    methods = ("GET", "POST", "DELETE")

    def __init__(self, *accounts: tuple[str, str]) -> None:
        self.accounts = set(accounts)
        self.at_least = 0
        """Seconds: some servers give longer than they were asked."""
        self.tokens_made = 0
        self.forbidden: set[tuple[str, str]] = set()
        """What Vault's role there lacks: verb and resource, such as `create` on `serviceaccounts/token`."""
        self._ahead = timedelta()
        self._key = ECKey.generate_key("P-256")
        super().__init__()

    def reply(self, call: Call) -> Reply:
        bearer, body = call.headers.get("authorization"), read_object(call.body)
        return replied_json(*self.answer(call.method, call.path.partition("?")[0], body, bearer))

    def put_forward(self, to: datetime) -> None:
        self._ahead = max(timedelta(), to - datetime.now(UTC))

    def accepts(self, token: str) -> bool:
        """By a TokenReview, over HTTP, as any webhook would ask."""
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": token}}
        headers = {"Authorization": f"Bearer {VAULT_TOKEN}"}
        request = Request(f"{self.url}{_REVIEWS}", json.dumps(body).encode(), headers)
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

    def answer(
        self, method: str, path: str, body: dict[str, Any], bearer: str | None
    ) -> tuple[int, dict[str, Any]]:
        if bearer != f"Bearer {VAULT_TOKEN}":
            return 401, _status(401, "Unauthorized", "Unauthorized")
        verb, resource = {"POST": "create", "DELETE": "delete"}.get(method, "get"), _resource(path)
        if (verb, resource) in self.forbidden:
            what = (
                f'{resource} is forbidden: User "{VAULT}" cannot {verb} resource "{resource}" in API group ""'
            )
            return 403, _status(403, what, "Forbidden")
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
            made = body["metadata"]["name"]
            if (namespace, made) in self.accounts:
                return 409, _status(409, f'serviceaccounts "{made}" already exists', "AlreadyExists")
            self.accounts.add((namespace, body["metadata"]["name"]))
            return 201, body
        if name is None or (namespace, name) not in self.accounts:
            return 404, _status(404, f'serviceaccounts "{name}" not found', "NotFound")
        if method == "DELETE":
            self.accounts.discard((namespace, name))
            return 200, _status(200, "Success")
        seconds = int(body["spec"]["expirationSeconds"])
        if not SHORTEST <= seconds <= LONGEST:
            bound = "less than 10 minutes" if seconds < SHORTEST else "larger than 2^32 seconds"
            what = f"spec.expirationSeconds: Invalid value: {seconds}: may not specify a duration {bound}"
            return 422, _status(422, what, "Invalid")
        return 201, {**body, "status": self.token_for(namespace, name, max(seconds, self.at_least))}


def _resource(path: str) -> str:
    if found := _ACCOUNTS.fullmatch(path):
        return f"serviceaccounts{found[3] or ''}"
    parts = path.strip("/").split("/")
    return parts[parts.index("namespaces") + 2] if "namespaces" in parts[:-2] else parts[-1]


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
