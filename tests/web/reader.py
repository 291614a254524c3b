"""A browser without a screen: it keeps cookies, follows where it is told to, and fills forms in."""

import re
from html import unescape
from typing import Any, Self
from urllib.parse import urljoin

import httpx2

from bot.demo.actor import seen
from bot.demo.identity import PASSWORD


class Anybody:
    """Somebody at Daypass's address, who may sign in."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = httpx2.AsyncClient(base_url=url, timeout=30)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.client.aclose()

    async def get(self, path: str, **more: Any) -> httpx2.Response:
        return await self.client.get(path, **more)

    async def post(self, path: str, **more: Any) -> httpx2.Response:
        return await self.client.post(path, **more)

    async def delete(self, path: str, **more: Any) -> httpx2.Response:
        return await self.client.delete(path, **more)

    async def page(self, path: str) -> str:
        """The words of a page that is there, without its markup."""
        answer = await self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return words(answer.text)

    async def begin(self, then: str = "/", fresh: bool = False) -> httpx2.Response:
        """Set out to the provider; its answer is the page where one types the password."""
        start = await self.get("/sign-in/start", params={"then": then, "fresh": fresh})
        assert start.status_code == 302, start.text
        return await self.get(start.headers["location"])

    async def way_back(
        self, name: str, then: str = "/", password: str = PASSWORD, fresh: bool = False
    ) -> str:
        """Type the password; the address that the provider sends one back to."""
        page = await self.begin(then, fresh)
        answer = await self.post(str(page.url), data={"user": name, "password": password})
        assert answer.status_code == 303, words(answer.text)
        return str(answer.headers["location"])

    async def sign_in(self, name: str, then: str = "/", fresh: bool = False) -> httpx2.Response:
        """All of it."""
        back = await self.get(await self.way_back(name, then, fresh=fresh))
        assert back.status_code == 303, words(back.text)
        return back

    async def form(self, path: str) -> str:
        """The CSRF token that the forms of a page carry."""
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', (await self.get(path)).text)
        assert found, f"{path} has no form"
        return found[1]

    async def export(self, query: str, form: str) -> httpx2.Response:
        return await self.post("/export", data={"csrf": await self.form("/"), "query": query, "form": form})

    async def sees(self, path: str, wanted: str, patience: float = 30.0) -> str:
        """The page's words, once they have these among them."""

        async def look() -> str | None:
            page = await self.page(path)
            return page if wanted in page else None

        found: str = await seen(f"{path} says {wanted!r}", look, patience)
        return found

    def there(self, path: str) -> str:
        return urljoin(self.url, path)


def words(html: str) -> str:
    """What a reader sees of a page, in one line."""
    shown = re.sub(r"<(script|style|head)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", shown)).split())
