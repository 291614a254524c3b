"""Pages out of templates. Jinja escapes everything that it puts into a page."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from bot.web.console import texts
from bot.web.console.auth import Visitor
from bot.web.console.choices import action_words, surface_words
from workflows.durations import spell_duration

HERE = Path(__file__).parent
_SECONDS_SHOWN_BELOW = 90


class Show:
    """Renders pages; `now` is the clock that “in 5m” is counted from."""

    def __init__(self, now: Any, company: Any) -> None:
        self._now = now
        self._company = company
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {
            "moment": moment,
            "iso": iso,
            "away": self._away,
            "short": short,
            "duration": spell_duration,
            "action": action_words,
            "surface": surface_words,
        }

    def page(
        self, request: Request, template: str, status: int = 200, by: Visitor | None = None, **shown: Any
    ) -> HTMLResponse:
        """The page, for somebody signed in or for nobody."""
        common = {"by": by, "path": request.url.path, "company": self._company(), "now": self._now()}
        return HTMLResponse(self._templates.get_template(template).render({**common, **shown}), status)

    def trouble(
        self, request: Request, status: int, title: str, sentence: str, by: Visitor | None = None
    ) -> HTMLResponse:
        """A page that says what went wrong and what to do."""
        ways = ways_on(request)
        return self.page(request, "trouble.html", status, by, title=title, sentence=sentence, ways=ways)

    def _away(self, at: datetime) -> str:
        """How far from now, roughly: `in 42m`, `3h ago`."""
        seconds = (at - self._now()).total_seconds()
        far = abs(seconds)
        rounded = (
            int(far)
            if far < _SECONDS_SHOWN_BELOW
            else int(far // 60 * 60)
            if far < 86_400
            else int(far // 3600 * 3600)
        )
        words = spell_duration(max(rounded, 1))
        return f"in {words}" if seconds > 0 else f"{words} ago"


def ways_on(request: Request) -> tuple[tuple[str, str], ...]:
    """Where to go on from a page that there isn't: addresses, and what is there."""
    now = ("/", texts.TO_LIVE)
    first, _, _ = request.url.path.removeprefix("/").partition("/")
    match first:
        case "search":
            asked = urlencode(
                [(name, text) for name, text in request.query_params.items() if name != "before"]
            )
            return (f"/search?{asked}" if asked else "/search", texts.TO_FIRST_PAGE), now
        case "log":
            return ("/log", texts.TO_NEWEST), now
        case "stops":
            return ("/stops", texts.TO_STOPS), now
        case "access-reviews":
            return ("/access-reviews", texts.TO_REVIEWS), now
        case "stories" | "export":
            return ("/search", texts.TO_SEARCH), now
        case _:
            return (now,)


def moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def short(digest: str) -> str:
    """As much of a digest as people compare."""
    return digest.removeprefix("sha256:")[:12]
