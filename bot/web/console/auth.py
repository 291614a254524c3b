"""Who is looking: the session behind a request's cookie, and the token that its forms carry."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from starlette.requests import Request

from bot.web.rejections import Rejections
from integrations.oidc import Provider
from workflows.audit.forwarding.lag import Lag
from workflows.audit.log import Log
from workflows.audit.signer import Signer
from workflows.audit.witness.progress import Progress
from workflows.database.stored_scim import StoredScim
from workflows.ledger.ledger import Ledger
from workflows.ledger.repository import Repository
from workflows.ports import Person
from workflows.queries.queries import Queries
from workflows.queries.visibility import Viewer
from workflows.system.sessions import Session, is_open, session_id
from workflows.workflow import Actor, World

if TYPE_CHECKING:
    from bot.evidence.pack import PackMaker

SURFACE = "console"
SendForm = Callable[[str, str, str], Awaitable[None]]
"""To a person: what the form is for, and the line that fills it in."""


@dataclass(frozen=True)
class Console:
    """What the console works with. Without `provider` nobody can sign in; `url` is where browsers find it."""

    reading: Queries
    reads: Repository
    ledger: Ledger
    log: Log
    signer: Signer
    rejections: Rejections
    world: Callable[[], World]
    now: Callable[[], datetime]
    url: str
    provider: Provider | None
    bundle_files: Callable[[], Mapping[str, bytes]]
    """Reads the policy bundle's files, by name. Raises BundleErrors."""
    packs: "PackMaker"
    """Makes evidence packs."""
    send_form: SendForm
    """Sends somebody the button that opens a form in Slack. Raises Retryable or Permanent."""
    scim: StoredScim | None = None
    """What an identity provider pushes; None if none may."""
    witnesses: Callable[[], Awaitable[Progress | None]] | None = None
    """Reads how far the log's witnesses are; it gives None if there are none."""
    lags: Callable[[], Awaitable[Sequence[Lag]]] | None = None
    """Reads how far event sinks are behind."""

    @property
    def secure(self) -> bool:
        """Whether browsers come by HTTPS."""
        return self.url.startswith("https://")

    @property
    def cookie(self) -> str:
        """The session cookie's name; by HTTPS one that no other host, path or plain HTTP can have set."""
        return self._only_here("daypass")

    @property
    def cookie_on_the_way(self) -> str:
        """The name of the cookie that keeps state, nonce and PKCE verifier while somebody is at the provider."""
        return self._only_here("daypass-sign-in")

    def _only_here(self, name: str) -> str:
        return f"__Host-{name}" if self.secure else name


@dataclass(frozen=True)
class Visitor:
    """Somebody signed in. `csrf` has to come with everything that they send."""

    session: Session
    person: Person
    reader: Viewer
    csrf: str

    @property
    def actor(self) -> Actor:
        return Actor.person(self.person.id)


class NotSignedIn(Exception):
    """Nobody, or nobody any more; `then` is where to go on after signing in."""

    def __init__(self, then: str) -> None:
        super().__init__(then)
        self.then = then


class Forged(Exception):
    """A form that isn't from a page of this session."""


async def visitor(console: Console, request: Request) -> Visitor:
    """Who sent the request. Raises NotSignedIn."""
    secret = request.cookies.get(console.cookie, "")
    session = await console.reads.find(Session, session_id(secret)) if secret else None
    if session is None or session.where != "browser" or not is_open(session, console.now()):
        raise NotSignedIn(_path(request))
    person = console.world().directory.people.get(session.owner)
    if person is None:
        raise NotSignedIn(_path(request))
    return Visitor(session, person, console.reading.reader(person.id), csrf_of(secret))


def csrf_of(secret: str) -> str:
    """What forms of the session that has this secret carry."""
    return hmac.new(secret.encode(), b"daypass/csrf/v1", hashlib.sha256).hexdigest()


def check_form(console: Console, by: Visitor, request: Request, token: str) -> None:
    """Raises Forged unless the form is from a page of the visitor's own session, on this host."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    elsewhere = site not in ("same-origin", "none") or (
        origin is not None and origin != origin_of(console.url)
    )
    if elsewhere or not hmac.compare_digest(token.encode(), by.csrf.encode()):
        raise Forged


def safe_path(text: str | None) -> str:
    """Where to go after signing in: a path of this host, else the first page."""
    if not text or not text.startswith("/") or text.startswith(("//", "/\\")) or len(text) > 2_000:
        return "/"
    try:
        parts = urlsplit(text)
    except ValueError:
        return "/"
    return "/" if parts.scheme or parts.netloc else quote(text, safe="/?&=:%+-_.~,@!*'();")


def _path(request: Request) -> str:
    if request.method != "GET":
        return "/"
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{request.url.path}{query}"


def origin_of(url: str) -> str:
    """Give the origin of an address, as browsers write it (RFC 6454)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
