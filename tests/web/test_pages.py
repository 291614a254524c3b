"""What the pages tell: stories, searches, who had access when; and what somebody typed stays a text."""

import asyncio
import csv
import io
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
import pytest
from fastapi import APIRouter, FastAPI
from hypothesis import example, given
from hypothesis import strategies as st

from bot.cli.commands import main
from bot.demo.cast import BARBARA
from bot.evidence.pack import PackMaker
from bot.web.console import Console, exports, log
from bot.web.console.csv_export import spreadsheet
from bot.web.console.pages import STORY_PAGE
from bot.web.console.templating import Show
from bot.web.rejections import Rejections
from tests.audit.example_log import entry, leaf, salt
from tests.flow.conftest import OpenOffice, Rules
from tests.flow.deeds import ask, granted
from tests.flow.office import Office
from tests.web.conftest import People, Sharing
from tests.web.reader import Anybody, words
from workflows.access.commands import ReviewAccess
from workflows.access.state import Access
from workflows.audit.log import Log
from workflows.audit.signer import Signer
from workflows.audit.tlog.typed_text import Text
from workflows.ledger.repository import Logged
from workflows.narrative import Passage, tell
from workflows.ports import Directory
from workflows.queries.evidence.gather import Gatherer
from workflows.queries.queries import LATE_FROM, Queries
from workflows.workflow import Actor

SCRIPT = "<script>document.title='owned'</script><img src=x onerror=alert(1)> \"'`{{7*7}}${7*7}"
FORMULAS = (
    '=HYPERLINK("http://evil.example","x")',
    "+1+1",
    "-2+3|cmd' /C calc'!A0",
    "@SUM(1)",
    "\t=1+1",
    "＝1+1",
    "as discussed;=1+1",
    'as discussed; "=1+1',
    "as discussed\t=1+1",
    "as discussed\n=1+1",
)
BEGIN_FORMULAS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
TYPED = st.text(st.sampled_from("=+-@＝＋－＠;,\t\r\n\0\x0b \u2028\"'|%ax1")) | st.text()
NASTY = [
    "x" * 60_000,
    "'; DROP TABLE events; --",
    "' OR '1'='1",
    "%",
    "_",
    "%00",
    "\0",
    "\ud83d",
    "acc_%",
    "../../etc/passwd",
    SCRIPT,
    "1e999",
    "NaN",
    "ﷺ" * 50,
]


async def placed(office: Office) -> None:
    """What has happened so far can be found, and is signed."""
    await office.daypass.jobs.keep_log()


@pytest.fixture
async def barbara(people: People) -> Anybody:
    return await people.signed_in("barbara")


async def refused(office: Office, asked: Access, times: int) -> None:
    """The requester tries so often to approve it."""
    review = ReviewAccess(asked.id, "approve", "", "")
    for _ in range(times):
        await office.daypass.ledger.handle(review, Actor(asked.requester), "slack")


class TestAStory(Sharing):
    async def test_tells_every_event_with_who_when_why_and_by_which_rule(self, office, barbara):
        asked = await granted(office)
        story = await barbara.page(f"/stories/{asked.id}")
        for said in (
            "Ada Lovelace requested access: Read the feature warehouse, 1 hour",
            "last night's ranking features look stale",
            "Grace Hopper approved the request",
            "Access granted from",
            "resources/feature-warehouse.yaml:",
            office.daypass.known.bundle.digest[:12],
        ):
            assert said in story

    async def test_tells_refusals_too(self, office, barbara):
        asked = await ask(office)
        command = ReviewAccess(asked.id, "approve", asked.digest, asked.terms.digest)
        await office.daypass.ledger.handle(command, Actor(asked.requester), "slack")
        story = await barbara.page(f"/stories/{asked.id}")
        assert "Ada Lovelace was blocked from deciding their own request" in story

    async def test_that_is_long_is_told_page_by_page(self, office, barbara):
        asked = await granted(office)
        await refused(office, asked, STORY_PAGE)
        first = await barbara.get(f"/stories/{asked.id}")
        (address,) = re.findall(rf'href="(/stories/{asked.id}\?after=[0-9-]+)"', first.text)
        second = await barbara.page(address)
        assert "Access granted" in words(first.text)
        assert "Access granted" not in second
        assert "Ada Lovelace was blocked from deciding" in second
        assert "No later events." in second

    async def test_shows_what_was_typed_as_text(self, office, barbara):
        asked = await ask(office, f"/access warehouse 1h because {SCRIPT}")
        for path in (f"/stories/{asked.id}", "/search"):
            await placed(office)
            answer = await barbara.get(path)
            assert "<script>document" not in answer.text
            assert "<img" not in answer.text
            assert "{{7*7}}" in answer.text


class TestASearch(Sharing):
    async def test_of_a_name_that_several_have_asks_which(self, barbara):
        answer = await barbara.get("/search?person=a")
        assert answer.status_code == 400
        assert "Several people match" in answer.text

    async def test_of_nobody_here_searches_for_an_id(self, barbara):
        assert "searched for the id" in await barbara.page("/search?person=U0LEFT")

    async def test_goes_on_page_by_page_without_missing_or_doubling(self, office, barbara):
        for n in range(60):
            await office.daypass.jobs._alarm(f"key-{n}", f"Alarm number {n}.")
        await placed(office)
        found: list[str] = []
        address = "/search?action=alarm.raised"
        while address:
            answer = await barbara.get(address)
            found += [part.split("<")[0] for part in answer.text.split("/log/")[1:]]
            _, more, rest = answer.text.partition('class="button" href="')
            address = rest.split('"')[0].replace("&amp;", "&") if more else ""
        assert len(found) == len(set(found)) == 60

    async def test_of_anything_at_all_is_answered(self, barbara):
        for field in ("person", "resource", "action", "since", "until", "before"):
            for text in NASTY:
                query = urlencode({field: text}, errors="surrogatepass")
                answer = await barbara.get(f"/search?{query}")
                assert answer.status_code in (200, 400), (field, text[:20])
                assert "<script>document" not in answer.text

    async def test_of_a_megabyte_is_refused_and_harms_nobody(self, office, barbara):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(office.url.rpartition(":")[2]))
        with suppress(ConnectionError):
            writer.write(b"GET /search?person=" + b"x" * 1_000_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
            await writer.drain()
        assert b" 400 " in await reader.readline()
        writer.close()
        assert (await barbara.get("/search")).status_code == 200

    async def test_with_a_page_that_is_none_says_so(self, barbara, subtests):
        for before in ["1", "-1", "zero", "2026-11-24T00:00:00.000000Z-x", "9999-99-99T00:00:00.000000Z-1"]:
            with subtests.test(before):
                answer = await barbara.get(f"/search?before={before}")
                assert answer.status_code == 400
                assert "Start from the first page" in answer.text


class TestWhatASearchFinds:
    async def test_says_what_it_can_not_find_yet(self, office, barbara):
        office.daypass.jobs.workflows = {}
        await refused(office, await ask(office), LATE_FROM)
        page = await barbara.sees("/search", "The newest events aren't searchable yet")
        assert "asked for" not in page
        held = await barbara.page("/held?resource=warehouse")
        assert "This list is incomplete" not in held, "what isn't indexed was looked at one by one"

    async def test_finds_by_person_resource_action_and_time(self, office, barbara):
        asked = await granted(office)
        await placed(office)
        for query, found in (
            ("person=Grace Hopper", True),
            ("person=grace@northwind.example", True),
            ("person=grace", True),
            ("person=Edsger", False),
            ("resource=warehouse", True),
            ("resource=Read the feature warehouse", True),
            ("resource=ranking-model", False),
            ("action=access.reviewed", True),
            ("action=release", False),
            ("action=refused", False),
            ("surface=slack", True),
            ("surface=api", False),
            ("risk=moderate", True),
            ("risk=critical", False),
            ("signal=burst", False),
            ("risk=moderate&surface=slack", True),
            ("risk=moderate&surface=api", False),
            ("risk=moderate&person=Grace Hopper&action=access.reviewed", True),
            ("surface=slack&person=Grace Hopper&action=access.reviewed", True),
            ("since=2026-01-01", True),
            ("until=2026-01-01", False),
            ("person=Grace Hopper&resource=warehouse&action=access.granted", True),
        ):
            page = await barbara.page(f"/search?{quote(query, safe='=&')}")
            assert ("Read the feature warehouse, for Ada" in page) == found, query
        assert asked.id not in await barbara.page("/search?person=Margaret")

    async def test_of_refusals_finds_only_those(self, office, barbara):
        await refused(office, await ask(office), 2)
        await placed(office)
        page = (await barbara.get("/search?action=refused")).text
        assert page.count("was blocked from deciding their own request") == 2
        assert page.count('<li class="row') == 2


NONE = (
    ("/log/x", 400),
    ("/log/-1", 400),
    ("/log/999999", 404),
    ("/log/9223372036854775807", 400),
    ("/log?before=x", 400),
    ("/log?before=0", 400),
    ("/log/consistency", 400),
    ("/log/consistency?first=2&second=1", 404),
    ("/log/consistency?first=0&second=999999", 404),
    ("/stories/nothing", 404),
    ("/stories/pol_bundle?after=x", 400),
    ("/stories/pol_bundle?after=99999999999-1", 400),
    ("/stories/%00", 404),
    ("/stories/acc_%27", 404),
    ("/stories/../../etc/passwd", 404),
    ("/nowhere", 404),
    ("/held?resource=" + "x" * 500, 400),
    ("/held?resource=warehouse&at=yesterday", 400),
    ("/held?resource=warehouse&at=2999-01-01", 400),
    ("/held?resource=warehouse&until=2026-01-01", 400),
    ("/held?resource=warehouse&at=2026-01-02&until=2026-01-01", 400),
    ("/held?resource=warehouse&at=2020-01-01&until=2026-01-01", 400),
    ("/held?resource=warehouse&at=0001-01-01", 200),
)
"""Pages that there aren't, or not as they are asked for."""


class TestPagesThatAreNone(Sharing):
    async def test_say_so(self, barbara):
        for path, status in NONE:
            answer = await barbara.get(path)
            assert answer.status_code == status, (path, answer.status_code)

    async def test_a_form_that_is_too_large(self, barbara):
        answer = await barbara.post("/export", data={"csrf": "x" * 200_000})
        assert answer.status_code == 413

        async def endless():
            for _ in range(200):
                yield b"csrf=" + b"x" * 1_000

        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await barbara.post("/export", content=endless(), headers=kind)
        assert answer.status_code == 413


WAYS_ON = (
    (
        "/search?before=x&person=grace&action=access",
        "/search?person=grace&amp;action=access",
        "Go to the first page of this search",
    ),
    ("/search?before=x", "/search", "Go to the first page of this search"),
    ("/log?before=x", "/log", "Go to the newest checkpoints"),
    ("/log/999999", "/log", "Go to the newest checkpoints"),
    ("/stories/nothing", "/search", "Search the log"),
    ("/nowhere", "/", "Go to Live now"),
)
"""Where a page that there isn't leads to, and in which words."""


class TestATrouble(Sharing):
    async def test_says_where_its_links_lead(self, barbara, subtests):
        for path, there, label in WAYS_ON:
            with subtests.test(path):
                answer = await barbara.get(path)
                assert f'<a href="{there}">{label}</a>' in answer.text
                assert '<a href="/">Go to Live now</a>' in answer.text


class TestTheLogsKeys(Sharing):
    async def test_are_asked_of_vault_once_a_minute_however_many_look(self, office: Office, barbara):
        await placed(office)
        counting, later = Counting(office.daypass.jobs.signer), [timedelta()]
        console = replace(console_of(office), signer=counting, now=lambda: office.clock() + later[0])
        async with served(log.router(console, Show(console.now, str)), office, barbara) as client:
            for later[0], asked in ((timedelta(), 1), (timedelta(seconds=30), 1), (timedelta(seconds=61), 2)):
                for path in ("/log", "/log/0"):
                    assert (await client.get(path)).text.count("data-key=") == 1
                assert counting.asked == asked


class TestWhoHadAccess:
    async def test_before_while_and_after(self, office: Office, barbara):
        await granted(office, "/access warehouse 30s because last night's ranking features look stale")
        await office.forward(seconds=31)
        ended = await office.until("ended")
        await placed(office)
        assert ended.grant
        assert ended.grant.ended_at
        starts, ends = ended.grant.starts_at, ended.grant.ended_at
        for at, there in (
            (starts - timedelta(milliseconds=1), False),
            (starts, True),
            (ends - timedelta(milliseconds=1), True),
            (ends, False),
        ):
            text = at.astimezone(UTC).isoformat()
            page = await barbara.page(f"/held?{urlencode({'resource': 'warehouse', 'at': text})}")
            assert ("Ada Lovelace: Read the feature warehouse" in page) == there, text
        assert "Approved by Grace Hopper" in await barbara.page(
            f"/held?{urlencode({'resource': 'feature-warehouse', 'at': starts.isoformat()})}"
        )

    async def test_over_a_span_is_whoever_had_it_at_any_time_in_it(self, office: Office, barbara):
        await granted(office, "/access warehouse 30s because last night's ranking features look stale")
        await office.forward(seconds=31)
        ended = await office.until("ended")
        await placed(office)
        assert ended.grant
        starts = ended.grant.starts_at.astimezone(UTC)
        for begin, end, there in ((-3600, -60, False), (-3600, 1, True), (-3600, 7200, True)):
            span = {
                "resource": "warehouse",
                "at": (starts + timedelta(seconds=begin)).isoformat(),
                "until": min(starts + timedelta(seconds=end), office.clock()).isoformat(),
            }
            page = await barbara.page(f"/held?{urlencode(span)}")
            assert ("Ada Lovelace: Read the feature warehouse" in page) == there, (begin, end)

    async def test_now_is_asked_without_a_time(self, office: Office, barbara):
        await granted(office)
        assert "(still active)" in await barbara.page("/held?resource=warehouse")
        assert "No one that you can see" in await barbara.page("/held?resource=nothing")


class TestLiveNow:
    async def test_shows_what_is_held_and_what_waits_and_for_whom(self, office: Office, people: People):
        grace, margaret = await people.signed_in("grace"), await people.signed_in("margaret")
        await ask(office)
        page = await grace.page("/")
        assert "Read the feature warehouse, for Ada Lovelace pending waiting for you, in Slack" in page
        assert "Ada Lovelace" not in await margaret.page("/")

    async def test_says_what_is_overdue(self, office: Office, barbara):
        await ask(office)
        page = await barbara.page("/")
        assert "Overdue 0 Nothing overdue." in page
        await office.daypass.clockwork.stop()
        office.clock.ahead += timedelta(minutes=35)
        page = await barbara.page("/")
        assert "Overdue 1 Read the feature warehouse, for Ada Lovelace pending overdue" in page
        assert "Escalation overdue: no decision yet" in page

    async def test_says_so_where_there_is_nothing(self, barbara):
        page = await barbara.page("/")
        for said in (
            "Nothing overdue",
            "No open incidents",
            "No pending requests",
            "No releases in progress",
        ):
            assert said in page


class TestAnExport(Sharing):
    async def test_of_one_grant_is_the_file_that_proves_it_on_its_page_and_by_the_api(
        self, office, barbara, people: People, tmp_path, capsys
    ):
        access = await granted(office)
        await placed(office)
        (key,) = await keys_of(office)
        assert "without Daypass" in await barbara.page(f"/stories/{access.id}")
        form = {"csrf": await barbara.form("/")}
        downloaded = await barbara.post(f"/stories/{access.id}/proof", data=form)
        terminal = await people.at_a_terminal("barbara")
        fetched = await terminal.get(f"/api/v1/stories/{access.id}/proof")
        name = f'attachment; filename="proof-{access.id}.jsonl"'
        assert downloaded.headers["content-disposition"] == name
        for number, answer in enumerate((downloaded, fetched)):
            assert answer.headers["content-type"] == "application/jsonl"
            file = tmp_path / f"{number}.jsonl"
            file.write_bytes(answer.content)
            with pytest.raises(SystemExit) as ended:
                main(["audit", "verify-proof", str(file), "--key", key])
            said = capsys.readouterr().out
            assert ended.value.code == 0, said
            assert f"everything about {access.id}" in said
        await placed(office)
        (exported,) = [leaf for leaf in await office.log() if leaf.action == "session.exported"]
        assert f"the proof of {access.id}" in await barbara.page("/search?action=session.exported")
        assert exported.facts["digest"] in downloaded.text

    async def test_for_a_spreadsheet_runs_nothing(self, office, barbara):
        for formula in FORMULAS:
            await ask(
                office, "/access warehouse 1h because of this", justification=f"{formula} is what I typed"
            )
        await placed(office)
        answer = await barbara.export("", "csv")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert len(cells(answer.content, ",")) > len(FORMULAS)
        assert [
            cell for mark in ",;\t" for row in cells(answer.content, mark) for cell in row if runs(cell)
        ] == []
        assert "HYPERLINK" in answer.content.decode()

    async def test_that_is_not_complete_says_so_in_its_name_in_itself_and_in_the_log(self, office, barbara):
        await granted(office)
        await placed(office)
        async with few_at_most(office, barbara, 3) as export:
            for form in ("csv", "jsonl"):
                answer = await export("resource=warehouse", form)
                assert answer.headers["content-disposition"].endswith(f'-incomplete.{form}"')
            *_, last = cells((await export("resource=warehouse", "csv")).content, ",")
            assert "only the newest 3 matching events are included" in last[0]
        await placed(office)
        page = await barbara.page("/search?action=session.exported")
        for form in ("csv", "jsonl"):
            assert f"exported 3 events as {form}, older matching events left out; digest" in page

    async def test_of_what_a_form_made_up_is_refused(self, office, barbara):
        answer = await barbara.export("since=never", "jsonl")
        assert answer.status_code == 400
        assert not [leaf for leaf in await office.log() if leaf.action == "session.exported"]

    async def test_of_a_reader_holds_what_is_theirs(self, office, people: People):
        await granted(office)
        await placed(office)
        margaret = await people.signed_in("margaret")
        answer = await margaret.export("", "jsonl")
        assert b"warehouse" not in answer.content


class TestAWholeExport:
    async def test_verifies_offline_and_is_in_the_log_with_its_digest(
        self, office, barbara, tmp_path, capsys
    ):
        await granted(office)
        await placed(office)
        answer = await barbara.export("resource=warehouse", "jsonl")
        file = tmp_path / "extract.jsonl"
        file.write_bytes(answer.content)
        assert answer.headers["content-disposition"].startswith('attachment; filename="daypass-')
        (key,) = await keys_of(office)
        with pytest.raises(SystemExit) as ended:
            main(["audit", "verify", str(file), "--key", key])
        said = capsys.readouterr().out
        assert ended.value.code == 0, said
        assert "Every event in it is as it was signed." in said
        assert "4 events" in said
        (exported,) = [leaf for leaf in await office.log() if leaf.action == "session.exported"]
        assert exported.facts["digest"] in said
        assert exported.facts["events"] == 4

        lines = file.read_bytes().splitlines(keepends=True)
        event = json.loads(lines[2])
        file.write_bytes(b"".join([*lines[:2], lines[2].replace(b"approve", b"approvE"), *lines[3:]]))
        with pytest.raises(SystemExit) as ended:
            main(["audit", "verify", str(file), "--key", key])
        assert ended.value.code == 1
        assert f"Event {event['index']} (access.reviewed of acc_" in capsys.readouterr().out

    async def test_that_is_complete_says_nothing_of_the_kind(self, office, barbara):
        await granted(office)
        await placed(office)
        answer = await barbara.export("action=access.granted", "csv")
        assert "incomplete" not in answer.headers["content-disposition"]
        assert "INCOMPLETE" not in answer.text
        await placed(office)
        assert "exported 1 events as csv; digest" in await barbara.page("/search?action=session.exported")


class TestASpreadsheet:
    @given(typed=TYPED, name=TYPED)
    @example(typed="a;=1", name="b")
    @example(typed='a;"=1', name="b")
    @example(typed="a\t=1", name="=1;\n=1")
    @example(typed="\t=1", name="\u2028=1")
    def test_runs_nothing_whichever_mark_divides_its_cells(self, world, typed, name):
        data = spreadsheet([passage(typed, name, world.directory)], more=False)
        for mark in ",;\t":
            assert [cell for row in cells(data, mark) for cell in row if runs(cell)] == []

    @given(typed=TYPED.filter(lambda text: "'" not in text))
    @example(typed=" a  b \n")
    def test_keeps_what_was_typed_but_for_the_apostrophes_that_defuse_it(self, world, typed):
        (_, row) = cells(spreadsheet([passage(typed, "Ada", world.directory)], more=False), ",")
        assert row[8].replace("'", "") == f"Why: {typed}"


async def _send_nothing(person: str, title: str, line: str) -> None:
    """These pages send nobody a form."""


def console_of(office: Office) -> Console:
    """What the office's console works with, without the provider."""
    daypass, now = office.daypass, office.clock
    return Console(
        reading=Queries(daypass.reads, daypass.store, daypass.known.world, daypass.jobs.workflows),
        reads=daypass.reads,
        ledger=daypass.ledger,
        log=Log(daypass.store),
        signer=daypass.jobs.signer,
        rejections=Rejections(daypass.ledger, now),
        world=daypass.known.world,
        now=now,
        url=office.url,
        provider=None,
        bundle_files=dict,
        packs=PackMaker(
            Gatherer(daypass.store, daypass.known.world, daypass.jobs.workflows, now, 100),
            Log(daypass.store),
            daypass.jobs.signer,
            now,
        ),
        send_form=_send_nothing,
    )


@asynccontextmanager
async def served(routes: APIRouter, office: Office, by: Anybody) -> AsyncIterator[httpx2.AsyncClient]:
    """These routes by themselves, for one who is signed in at the office."""
    app = FastAPI()
    app.include_router(routes)
    transport, cookies = httpx2.ASGITransport(app), by.client.cookies
    async with httpx2.AsyncClient(transport=transport, base_url=office.url, cookies=cookies) as client:
        yield client


class Counting:
    """A signer that counts how often its keys are asked for."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer
        self.asked = 0

    async def sign(self, message: bytes) -> tuple[int, bytes]:
        return await self._signer.sign(message)

    async def public_keys(self) -> dict[int, bytes]:
        self.asked += 1
        return await self._signer.public_keys()


@asynccontextmanager
async def few_at_most(office: Office, by: Anybody, most: int) -> AsyncIterator[Callable[..., Any]]:
    """Exporting where an export holds so few events, as the one who is signed in there."""
    console = console_of(office)
    csrf = await by.form("/")
    async with served(exports.router(console, Show(console.now, str), most), office, by) as client:

        async def export(query: str, form: str) -> httpx2.Response:
            return await client.post("/export", data={"csrf": csrf, "query": query, "form": form})

        yield export


def passage(typed: str, name: str, directory: Directory) -> Passage:
    """An event by somebody of this name, in which this was typed."""
    said = Text("evt00007", "justification", salt("evt00007").hex(), typed)
    written = leaf(entry(7, actor=name or "U01ADA", texts={"justification": typed}))
    return tell(Logged(7, written, (said,)).told, {}, directory)


def cells(data: bytes, mark: str) -> list[list[str]]:
    """The rows as a spreadsheet reads them whose list separator is this one."""
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=mark))


def runs(cell: str) -> bool:
    return cell.replace("\0", "").lstrip().startswith(BEGIN_FORMULAS) or cell.startswith(("\t", "\r"))


async def keys_of(office: Office) -> list[str]:
    from workflows.audit.tlog.note import VerifierKey

    found = await office.daypass.jobs.signer.public_keys()
    origin = office.daypass.known.bundle.settings.log_origin
    return [VerifierKey(origin, found[version]).text for version in sorted(found)]


async def test_who_opens_the_history_of_what_the_policy_names_is_recorded_once_a_session(
    open_office: OpenOffice, rules: Rules, signing_in: dict[str, object]
) -> None:
    bundle = rules(("daypass.yaml", "  operators:", "  record_reads: [moderate]\n  operators:"))
    async with open_office(bundle=bundle, **signing_in) as office, Anybody(office.url) as barbara:
        asked = await ask(office)
        await barbara.sign_in("barbara")
        for _ in range(2):
            await barbara.page(f"/stories/{asked.id}")
        async with Anybody(office.url) as ada:
            await ada.sign_in("ada")
            await ada.page(f"/stories/{asked.id}")
        opened = [(one.actor, one.facts) for one in await office.log() if one.action == "session.opened"]
        assert opened == [(BARBARA, {"about": asked.id, "kind": "moderate"})], "her own isn't recorded"
        await barbara.sees("/search?person=barbara", f"opened the history of {asked.id}")
