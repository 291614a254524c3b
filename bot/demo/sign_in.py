"""The page where people in the demo sign in with their OpenBao password.

It replaces OpenBao's own web interface, which its Python package leaves out. Everything else (discovery, keys, tokens)
comes from OpenBao and is passed on unchanged. Run as `python -m bot.demo.sign_in`.
"""

import argparse
from typing import Annotated
from urllib.parse import urlencode

import httpx2
import uvicorn
from fastapi import FastAPI, Form, Request
from jinja2 import Environment
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.demo.cast import PEOPLE
from bot.demo.identity import PASSWORD, PROVIDER

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
<form method="post">
<label for="user">Who</label>
<select id="user" name="user">{% for name, real, title in people %}
<option value="{{ name }}"{% if name == user %} selected{% endif %}>{{ real }}, {{ title }}</option>{% endfor %}
</select>
<label for="password">Password</label>
<input id="password" name="password" type="password" value="{{ password }}" autocomplete="off">
<button type="submit">Sign in</button>
</form></main></body></html>""")


def sign_in_app(bao: str) -> FastAPI:
    """Serve the page, and pass the rest on to OpenBao's provider at `bao`."""
    app = FastAPI(openapi_url=None)
    client = httpx2.AsyncClient(base_url=bao, timeout=30)

    @app.get("/ui/vault/{path:path}/authorize")
    async def page(path: str) -> Response:
        return _page("", "barbara")

    @app.post("/ui/vault/{path:path}/authorize")
    async def signed(
        request: Request, path: str, user: Annotated[str, Form()], password: Annotated[str, Form()]
    ) -> Response:
        login = await client.post(f"/v1/auth/userpass/login/{user}", json={"password": password})
        if login.is_error:
            return _page("Wrong password.", user)
        headers = {"X-Vault-Token": login.json()["auth"]["client_token"]}
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
        kept = ("authorization", "content-type", "accept")
        headers = {name: request.headers[name] for name in kept if name in request.headers}
        answer = await client.request(
            request.method,
            f"/v1/identity/oidc/{path}",
            params=dict(request.query_params),
            headers=headers,
            content=await request.body(),
        )
        kind = answer.headers.get("content-type", "application/json")
        return Response(answer.content, answer.status_code, media_type=kind)

    return app


def _page(fault: str, user: str) -> HTMLResponse:
    people = [(name, real, title) for _, name, real, title, _, _ in PEOPLE]
    html = _PAGE.render(fault=fault, user=user, people=people, password=PASSWORD)
    return HTMLResponse(html, 403 if fault else 200)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--bao", required=True)
    given = parser.parse_args()
    uvicorn.run(sign_in_app(given.bao), host="127.0.0.1", port=given.port, log_level="warning")


if __name__ == "__main__":
    main()
