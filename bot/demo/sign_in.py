"""The page where people in the demo sign in with their OpenBao password.

It replaces OpenBao's own web interface, which its Python package leaves out, and adds a device flow. Everything else
(discovery, keys, tokens) comes from OpenBao and is passed on. Run as `python -m bot.demo.sign_in`.
"""

import argparse
from typing import Annotated, Any
from urllib.parse import urlencode

import httpx2
import uvicorn
from fastapi import APIRouter, FastAPI, Form, Request
from jinja2 import Environment
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from bot.demo.cast import PEOPLE
from bot.demo.device_flow import GRANT, DeviceFlow, Refused
from bot.demo.identity import PASSWORD, PROVIDER

WRONG = "Wrong password."
_PAGE = Environment(autoescape=True).from_string("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Northwind: sign in</title>
<style>
* { box-sizing: border-box }
body { font: 100%/1.5 system-ui, sans-serif; max-width: 24rem; margin: 3rem auto; padding: 0 1rem; color-scheme: light dark }
label { display: block; font-weight: 600; margin-top: .8rem }
select, input, button { font: inherit; width: 100%; padding: .5rem; min-height: 2.6rem }
button { margin-top: 1.2rem }
</style></head><body><main>
<h1>Northwind</h1>
<p>Sign in with OpenBao. In the demo, everyone's password is <code>{{ password }}</code>.</p>
{% if fault %}<p role="alert"><b>{{ fault }}</b></p>{% endif %}
{% if done %}<p role="status"><b>You're signed in. Go back to your terminal.</b></p>{% else %}
<form method="post">
{% if code is not none %}<label for="user_code">Code shown in your terminal</label>
<input id="user_code" name="user_code" value="{{ code }}" autocomplete="off" spellcheck="false" required>{% endif %}
<label for="user">Who</label>
<select id="user" name="user">{% for name, real, title in people %}
<option value="{{ name }}"{% if name == user %} selected{% endif %}>{{ real }}, {{ title }}</option>{% endfor %}
</select>
<label for="password">Password</label>
<input id="password" name="password" type="password" value="{{ password }}" autocomplete="off">
<button type="submit">Sign in</button>
</form>{% endif %}</main></body></html>""")


def sign_in_app(bao: str, front: str) -> FastAPI:
    """Serve the page at `front`, and pass the rest on to OpenBao's provider at `bao`."""
    app = FastAPI(openapi_url=None)
    client = httpx2.AsyncClient(base_url=bao, timeout=30)
    flow = DeviceFlow(client, front)
    app.include_router(_device_routes(client, flow, front))

    @app.get("/ui/vault/{path:path}/authorize")
    async def page(path: str) -> Response:
        return _page("", "barbara")

    @app.post("/ui/vault/{path:path}/authorize")
    async def signed(
        request: Request, path: str, user: Annotated[str, Form()], password: Annotated[str, Form()]
    ) -> Response:
        token = await _logged_in(client, user, password)
        if token is None:
            return _page(WRONG, user)
        headers = {"X-Vault-Token": token}
        asked = dict(request.query_params)
        answer = await client.get(f"/v1/{PROVIDER}/authorize", params=asked, headers=headers)
        if answer.is_error:
            return _page(
                f"OpenBao refused the sign-in: {answer.json().get('error_description', answer.text)}", user
            )
        back = urlencode({"code": answer.json()["code"], "state": asked.get("state", "")})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", 303)

    @app.api_route("/v1/identity/oidc/{path:path}", methods=["GET", "POST"])
    async def passed_on(request: Request, path: str) -> Response:
        return await _passed_on(client, request)

    return app


def _device_routes(client: httpx2.AsyncClient, flow: DeviceFlow, front: str) -> APIRouter:
    """The device flow (RFC 8628): its two endpoints, its page, and discovery that names it."""
    routes = APIRouter()

    @routes.get(f"/v1/{PROVIDER}/.well-known/openid-configuration")
    async def discovery() -> Response:
        answer = await client.get(f"/v1/{PROVIDER}/.well-known/openid-configuration")
        if answer.is_error:
            return Response(answer.content, answer.status_code, media_type="application/json")
        return JSONResponse({**answer.json(), "device_authorization_endpoint": f"{front}/device/code"})

    @routes.post("/device/code")
    async def begin(client_id: Annotated[str, Form()], scope: Annotated[str, Form()]) -> dict[str, Any]:
        return flow.begin(client_id, scope)

    @routes.post(f"/v1/{PROVIDER}/token")
    async def token(request: Request) -> Response:
        await request.body()  # kept, to be passed on after the form was read
        form = await request.form()
        if form.get("grant_type") != GRANT:
            return await _passed_on(client, request)
        try:
            return JSONResponse(dict(flow.collect(str(form.get("device_code")), str(form.get("client_id")))))
        except Refused as refused:
            return JSONResponse({"error": str(refused)}, 400)

    @routes.get("/device")
    async def page(user_code: str = "") -> Response:
        return _page("", "ada", user_code)

    @routes.post("/device")
    async def approve(
        user: Annotated[str, Form()], password: Annotated[str, Form()], user_code: Annotated[str, Form()]
    ) -> Response:
        token = await _logged_in(client, user, password)
        if token is None:
            return _page(WRONG, user, user_code)
        if not await flow.approve(user_code, token):
            return _page("No terminal waits with this code. Start again there.", user, user_code)
        return _page("", user, done=True)

    return routes


async def _logged_in(client: httpx2.AsyncClient, user: str, password: str) -> str | None:
    """A token of OpenBao's; None if the password is wrong."""
    login = await client.post(f"/v1/auth/userpass/login/{user}", json={"password": password})
    return None if login.is_error else str(login.json()["auth"]["client_token"])


async def _passed_on(client: httpx2.AsyncClient, request: Request) -> Response:
    kept = ("authorization", "content-type", "accept")
    headers = {name: request.headers[name] for name in kept if name in request.headers}
    answer = await client.request(
        request.method,
        request.url.path,
        params=dict(request.query_params),
        headers=headers,
        content=await request.body(),
    )
    kind = answer.headers.get("content-type", "application/json")
    return Response(answer.content, answer.status_code, media_type=kind)


def _page(fault: str, user: str, code: str | None = None, done: bool = False) -> HTMLResponse:
    """The page; with a `code` it is the device flow's."""
    people = [(name, real, title) for _, name, real, title, _, _ in PEOPLE]
    html = _PAGE.render(fault=fault, user=user, people=people, password=PASSWORD, code=code, done=done)
    return HTMLResponse(html, 403 if fault else 200)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--bao", required=True)
    parser.add_argument("--front", required=True)
    given = parser.parse_args()
    app = sign_in_app(given.bao, given.front)
    uvicorn.run(app, host="127.0.0.1", port=given.port, log_level="warning")


if __name__ == "__main__":
    main()
