"""A Daypass, its identity provider and its Vault, as the client sees them: each answer can be made to fail."""

import base64
import hashlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode

import uvicorn
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

CLIENT_ID = "the-public-client"
ADA = {"id": "U01ADA", "name": "Ada Lovelace", "email": "ada@northwind.example"}
SECRET = {"username": "v-ada-read", "password": "p&ss'w0rd $x\"é"}
CONNECT = {
    "kind": "postgresql",
    "environment": {
        "PGHOST": "db",
        "PGUSER": "<username>",
        "PGPASSWORD": "<password>",
        "PGOPTIONS": "<nothing>",
    },
    "files": {},
    "url": "postgresql://<username>:<password>@db:5432/warehouse",
    "text": "psql",
}


@dataclass
class Double:
    """What it is told to do, and what it was asked. Decisions are made by whoever tests."""

    url: str = ""
    connect: dict[str, Any] = field(default_factory=lambda: dict(CONNECT))
    secret: dict[str, Any] = field(default_factory=lambda: dict(SECRET))
    requests: dict[str, dict[str, Any]] = field(default_factory=dict)
    decides: str = "active"
    """What a new request comes to when it is looked at: pending, active, offered or denied."""
    lasts: timedelta = timedelta(hours=1)
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    fails: dict[str, tuple[int, Any]] = field(default_factory=dict)
    """By method and the end of a path, what is answered instead."""
    tokens: set[str] = field(default_factory=set)
    device: list[dict[str, Any]] = field(default_factory=list)
    """What the token endpoint says to a device code, one after another; then a token."""
    claims: dict[str, Any] = field(default_factory=dict)
    """Go over what an ID token says."""
    named: str | None = None
    """Another issuer that the redirect names."""
    has_devices: bool = False
    wrapped: set[str] = field(default_factory=set)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def new(self, status: str, entitlement: str = "warehouse", **more: Any) -> dict[str, Any]:
        """A request of Ada's in this status."""
        now = datetime.now(UTC)
        one = {
            "id": f"acc_{len(self.requests) + 1:026d}",
            "requester": ADA["id"],
            "entitlement": entitlement,
            "status": status,
            "asked_at": now.isoformat(),
            "lapses_at": (now + timedelta(hours=4)).isoformat(),
            "reason": None,
            "reviews": [],
            "waits_for": {"U02GRACE": "Grace Hopper"} if status == "pending" else {},
            "grant": None,
            "extends": None,
            **more,
        }
        self.requests[one["id"]] = one
        if status == "active":
            self._grant(one)
        return one

    def offer(self, condition: str, one: dict[str, Any] | None = None) -> dict[str, Any]:
        """Approve it under a condition that Ada has to accept."""
        one = one or self.new("pending")
        said = {"by": "U02GRACE", "name": "Grace Hopper", "condition": condition}
        one.update(
            offered_at=one["asked_at"],
            waits_for={},
            conditions=[said],
            approved_seconds=1_800,
            digest="1" * 64,
        )
        return one

    def deny(self, one: dict[str, Any], reason: str) -> None:
        review = {"reviewer": "U02GRACE", "name": "Grace Hopper", "verdict": "deny"}
        one.update(status="denied", reason=reason, reviews=[review], waits_for={})

    def approve(self, one: dict[str, Any]) -> None:
        one.update(status="active", waits_for={})
        self._grant(one)

    def _grant(self, one: dict[str, Any]) -> None:
        ends = datetime.now(UTC) + self.lasts
        one["grant"] = {
            "request": one["id"],
            "status": "active",
            "ends_at": ends.isoformat(),
            "works_until": None,
        }

    def calls(self, method: str, path: str) -> list[Any]:
        """The bodies of the calls of this path."""
        return [body for asked, at, body in self.asked if asked == method and at.endswith(path)]


def app_of(double: Double) -> FastAPI:
    app = FastAPI(openapi_url=None)

    @app.middleware("http")
    async def noted(request: Request, call: Any) -> Response:
        raw = await request.body()
        path = request.url.path
        double.asked.append((request.method, path, json.loads(raw) if raw[:1] == b"{" else raw.decode()))
        for at, (status, body) in list(double.fails.items()):
            method, _, end = at.partition(" ")
            if method == request.method and path.endswith(end):
                return JSONResponse(body, status, media_type="application/problem+json")
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        open_to_all = path.endswith(("/login", "/sessions")) or not path.startswith("/api/")
        if not open_to_all and token not in double.tokens:
            return problem(401, "bad-token", "This session has ended.")
        return await call(request)

    _api(app, double)
    _provider(app, double)

    @app.put("/v1/sys/wrapping/unwrap")
    async def unwrap(request: Request) -> Any:
        token = request.headers.get("X-Vault-Token", "")
        if token not in double.wrapped:
            return JSONResponse({"errors": ["wrapping token is not valid or does not exist"]}, 400)
        double.wrapped.remove(token)
        return {"data": double.secret}

    return app


def _api(app: FastAPI, double: Double) -> None:
    @app.get("/api/v1/login")
    async def login() -> Any:
        return {
            "issuer": f"{double.url}/idp",
            "client_id": CLIENT_ID,
            "scopes": ["openid", "email"],
            "device": True,
        }

    @app.post("/api/v1/sessions")
    async def sign_in() -> Any:
        token = f"dp_{len(double.tokens)}-a-secret-of-the-session"
        double.tokens.add(token)
        ends = datetime.now(UTC) + timedelta(hours=8)
        return JSONResponse({"token": token, "expires_at": ends.isoformat(), "person": ADA}, 201)

    @app.delete("/api/v1/sessions/current", status_code=204)
    async def sign_out(request: Request) -> None:
        double.tokens.discard(request.headers["Authorization"].removeprefix("Bearer "))

    @app.get("/api/v1/whoami")
    async def whoami() -> Any:
        return {"person": ADA, "expires_at": (datetime.now(UTC) + timedelta(hours=8)).isoformat()}

    @app.get("/api/v1/entitlements")
    async def entitlements() -> Any:
        one = {
            "id": "warehouse",
            "name": "Read the feature warehouse",
            "aliases": ["features"],
            "risk": "moderate",
            "max_duration": "8 hours",
            "default_duration": "1 hour",
            "connect": double.connect,
        }
        return {"items": [one], "next": None}

    @app.get("/api/v1/requests")
    async def listed(status: str) -> Any:
        found = [one for one in double.requests.values() if one["status"] == status]
        return {"items": found[::-1], "next": None}

    @app.post("/api/v1/requests")
    async def ask(request: Request) -> Any:
        given = await request.json()
        asked = double.new("pending", given["entitlement"], inputs=given.get("inputs", {}))
        return JSONResponse(asked, 201)

    @app.get("/api/v1/requests/{id}")
    async def one(id: str) -> Any:
        found = double.requests[id]
        if found["status"] == "pending" and double.decides == "active":
            double.approve(found)
        if found["status"] == "pending" and double.decides == "offered":
            double.offer("Only the churn tables.", found)
        if found["status"] == "pending" and double.decides == "denied":
            double.deny(found, "not before the sale")
        return found

    @app.post("/api/v1/requests/{id}/withdraw")
    async def withdraw(id: str) -> Any:
        double.requests[id]["status"] = "withdrawn"
        return double.requests[id]

    @app.get("/api/v1/kits")
    async def kits() -> Any:
        return {"items": [{"id": "churn", "entitlements": ["warehouse", "sample", "backfill"]}], "next": None}

    @app.post("/api/v1/kit-requests")
    async def ask_for_kit(request: Request) -> Any:
        """The first request is there at once, the others when it is looked at again."""
        given = await request.json()
        first = double.new("pending", title="Features", kit=given["kit"])
        return JSONResponse({"id": first["id"], "requests": [first], "refused": []}, 201)

    @app.get("/api/v1/kit-requests/{id}")
    async def kit_request(id: str) -> Any:
        first, other = double.requests[id], double.new("active", "sample", title="Samples")
        refused = [{"entitlement": "backfill", "code": "condition"}]
        return {"id": id, "requests": [first, other], "refused": refused}

    @app.post("/api/v1/requests/{id}/accept")
    async def accept(id: str) -> Any:
        double.requests[id].update(offered_at=None, status="pending")
        return double.requests[id]

    @app.post("/api/v1/break-glass")
    async def break_glass(request: Request) -> Any:
        return JSONResponse(double.new("active", (await request.json())["entitlement"]), 201)

    @app.post("/api/v1/requests/{id}/extend")
    async def extend(id: str) -> Any:
        return JSONResponse(double.new("pending", extends=id), 201)

    @app.post("/api/v1/grants/{id}/give-back")
    async def give_back(id: str) -> Any:
        double.requests[id]["status"] = double.requests[id]["grant"]["status"] = "ending"
        return double.requests[id]["grant"]

    @app.get("/api/v1/grants/{id}")
    async def grant(id: str) -> Any:
        found = double.requests[id]["grant"]
        if found["status"] == "ending":
            found["status"] = double.requests[id]["status"] = "ended"
        return found

    @app.post("/api/v1/grants/{id}/credentials")
    async def credentials(id: str) -> Any:
        token = f"s.wrapping-{len(double.asked)}"
        double.wrapped.add(token)
        made = {"wrapping_token": token, "wrapped_for": 300, "vault_addr": double.url, "revocable": True}
        return JSONResponse({**made, "expires_at": double.requests[id]["grant"]["ends_at"]}, 201)


def _provider(app: FastAPI, double: Double) -> None:
    @app.get("/idp/.well-known/openid-configuration")
    async def discovery() -> Any:
        at = f"{double.url}/idp"
        found = {"issuer": at, "authorization_endpoint": f"{at}/authorize", "token_endpoint": f"{at}/token"}
        return {**found, "device_authorization_endpoint": f"{at}/device"} if double.has_devices else found

    @app.get("/idp/authorize")
    async def authorize(request: Request) -> Any:
        asked = dict(request.query_params)
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(double._codes)}"
        double._codes[code] = asked
        named = {"iss": double.named} if double.named else {}
        back = urlencode({"code": code, "state": asked["state"], **named})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", 302)

    @app.post("/idp/device")
    async def device() -> Any:
        page = f"{double.url}/idp/activate"
        return {
            "device_code": "the-device-code",
            "user_code": "BCDF-GHJK",
            "verification_uri": page,
            "interval": 0.01,
        }

    @app.post("/idp/token")
    async def token(request: Request) -> Any:
        given = {name: texts[0] for name, texts in parse_qs((await request.body()).decode()).items()}
        assert given["client_id"] == CLIENT_ID
        if "device_code" in given:
            if double.device:
                return JSONResponse(double.device.pop(0), 400)
            return {"id_token": _id_token(double, None)}
        asked = double._codes.pop(given["code"], None)
        if asked is None or asked["redirect_uri"] != given["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        digest = hashlib.sha256(given["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]
        return {"id_token": _id_token(double, asked["nonce"])}


def _id_token(double: Double, nonce: str | None) -> str:
    claims = {"iss": f"{double.url}/idp", "aud": CLIENT_ID, "nonce": nonce, **double.claims}
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"e30.{body}.signature"


def problem(status: int, code: str, detail: str) -> JSONResponse:
    body = {"title": "", "status": status, "detail": detail, "code": code}
    return JSONResponse(body, status, media_type="application/problem+json")


@contextmanager
def doubled() -> Iterator[Double]:
    """Serve one on this machine, in a thread, while the block lasts."""
    double = Double()
    with socket.socket() as own:
        own.bind(("127.0.0.1", 0))
        double.url = f"http://127.0.0.1:{own.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(app_of(double), log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [own]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.005)
        try:
            yield double
        finally:
            server.should_exit = True
            thread.join(10)
