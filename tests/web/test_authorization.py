"""Who may see and do what, as a table: a row for every page and endpoint, a column for every kind of reader."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Mount

from bot.demo.cast import ADA
from bot.web.api import application
from tests.flow.office import Office
from tests.flow.test_leaving import leaves
from tests.web.conftest import People
from tests.web.reader import Anybody, words
from tests.web.seeded import SECRET, Seeded, first_of, seed
from tests.web.test_api import verify
from workflows.access.state import Access

READERS = ("nobody", "ada", "grace", "margaret", "radia", "barbara", "machine")
"""Nobody; who asks; who decides; who has to do with the private incident alone; the operator, a member of every
private incident; the auditor; and a machine with its token."""

CONSOLE = """
                                nobody  ada  grace margaret radia barbara machine
GET  /                             303  200    200      200   200     200     303
GET  /search                       303  200    200      200   200     200     303
GET  /held                         303  200    200      200   200     200     303
GET  /break-glass                  303  200    200      200   200     200     303
GET  /log                          303  200    200      200   200     200     303
GET  /log/checkpoint               303  200    200      200   200     200     303
GET  /log/consistency              303  200    200      200   200     200     303
GET  /log/{index}                  303  200    200      200   200     200     303
GET  /stories/{subject} access     303  200    200      404   200     200     303
GET  /stories/{subject} release    303  200    200      404   200     200     303
GET  /stories/{subject} incident   303  200    404      404   200     200     303
GET  /stories/{subject} private    303  404    404      200   200     404     303
GET  /stories/{subject} machines   303  200    200      404   200     200     303
GET  /stories/{subject} pol_bundle 303  404    404      404   200     200     303
GET  /stories/{subject}/attestation release 303 200 200 404   200     200     303
GET  /services/{service}/history ranking-model 303 404 404 404  404     404     303
POST /stories/{subject}/proof access   303 200 200      404   200     200     303
POST /stories/{subject}/proof incident 303 200 404      404   200     200     303
POST /stories/{subject}/proof private  303 404 404      200   200     404     303
POST /stories/{subject}/proof machines 303 200 200      404   200     200     303
GET  /ask                          303  200    200      404   404     404     303
POST /ask                          303  403    403      403   403     403     303
GET  /tiers                        303  200    200      200   200     200     303
GET  /stops                        303  200    200      200   200     200     303
POST /stops                        303  403    403      403   403     403     303
GET  /stops/{subject} pol_bundle   303  404    404      404   404     404     303
POST /stops/{subject}/lift pol_bundle 303 403  403      403   403     403     303
GET  /directory                    303  403    403      403   200     200     303
GET  /figures                      303  403    403      403   200     200     303
GET  /figures/charts/{name}.svg nothing 303 403 403     403   404     404     303
GET  /posture                      303  403    403      403   200     200     303
GET  /evidence                     303  403    403      403   200     200     303
POST /evidence                     303  403    403      403   400     400     303
POST /directory/{subject}/confirm pol_bundle 303 403 403 403  403     403     303
POST /directory/{subject}/reject pol_bundle  303 403 403 403  403     403     303
GET  /access-reviews               303  200    200      200   200     200     303
POST /access-reviews               303  403    403      403   403     403     303
GET  /access-reviews/{subject} pol_bundle 303 404 404   404   404     404     303
POST /access-reviews/{subject}/export pol_bundle 303 403 403 403 403  403     303
GET  /documents                    303  200    200      200   200     200     303
GET  /documents/{subject} document 303 200    200      404   200     200     303
GET  /documents/{subject}/{which}.md document 303 200 200 404 200    200     303
GET  /sessions                     303  200    200      200   200     200     303
POST /sessions/{session}/end ses_01M85P4WJC97ST17PTW4BJTYRX 303 404 404 404 404 404 303
GET  /passkeys                     303  200    200      200   200     200     303
POST /passkeys                     303  403    403      403   403     403     303
POST /passkeys/{passkey}/confirm pky_01M85P4WJC97ST17PTW4BJTYRX 303 403 403 403 403 403 303
POST /passkeys/{passkey}/remove pky_01M85P4WJC97ST17PTW4BJTYRX 303 403 403 403 403 403 303
GET  /decide/{subject} access      303  200    200      404   200     200     303
POST /decide/{subject} access      303  403    403      403   403     403     303
POST /decide/{subject}/for-less access 303 403 403      403   403     403     303
GET  /take/{subject} access        303  200    404      404   404     404     303
POST /take/{subject} access        303  403    403      403   403     403     303
GET  /sign-in                      200  303    303      303   303     303     200
POST /export                       303  200    200      200   200     200     303
POST /sign-out                     303  303    303      303   303     303     303
"""
# Signing out leads to the page where one signs in; for nobody it is the same.

API = """
                                    nobody  ada  grace margaret radia barbara machine
GET  /login                            200  200    200      200   200     200     200
POST /sessions                         403  403    403      403   403     403     403
DELETE /sessions/current               401  401    401      401   401     401     403
GET  /whoami                           401  401    401      401   401     401     403
GET  /me                               401  401    401      401   401     401     200
GET  /entitlements                     401  401    401      401   401     401     200
GET  /kits                             401  401    401      401   401     401     200
POST /kit-requests                     401  401    401      401   401     401     422
GET  /kit-requests/{request} access    401  401    401      401   401     401     404
GET  /kit-requests/{request} machines  401  401    401      401   401     401     404
POST /kit-requests/{request}/withdraw access 401  401    401      401   401     401     404
POST /kit-requests/{request}/give-back access 401  401    401      401   401     401     404
GET  /requests                         401  401    401      401   401     401     200
GET  /requests/{request} access        401  401    401      401   401     401     404
GET  /requests/{request} machines      401  401    401      401   401     401     200
POST /requests                         401  401    401      401   401     401     201
POST /requests/{request}/reviews access    401  401    401      401   401     401     404
POST /requests/{request}/reviews machines  401  401    401      401   401     401     403
POST /requests/{request}/accept access     401  401    401      401   401     401     404
POST /requests/{request}/accept machines   401  401    401      401   401     401     409
POST /requests/{request}/questions/{number}/answer access   401  401    401      401   401     401     404
POST /requests/{request}/questions/{number}/answer machines 401  401    401      401   401     401     409
GET  /grants                           401  401    401      401   401     401     200
GET  /grants/{request} access          401  401    401      401   401     401     404
GET  /grants/{request} machines        401  401    401      401   401     401     404
POST /grants/{request}/give-back access    401  401    401      401   401     401     404
POST /grants/{request}/give-back machines  401  401    401      401   401     401     404
POST /grants/{request}/credentials access  401  401    401      401   401     401     404
POST /grants/{request}/credentials machines 401  401    401      401   401     401     404
POST /requests/{request}/extend access     401  401    401      401   401     401     404
POST /requests/{request}/extend machines   401  401    401      401   401     401     409
POST /requests/{request}/withdraw access   401  401    401      401   401     401     404
POST /requests/{request}/withdraw machines 401  401    401      401   401     401     200
GET  /access-reviews                   401  401    401      401   401     401     200
GET  /access-reviews/{subject} access  401  401    401      401   401     401     404
GET  /break-glass                      401  401    401      401   401     401     200
POST /break-glass                      401  401    401      401   401     401     409
GET  /absences                         401  401    401      401   401     401     200
GET  /absences/{absence} access        401  401    401      401   401     401     404
GET  /releases                         401  401    401      401   401     401     200
GET  /releases/{release} release       401  401    401      401   401     401     404
GET  /releases/{release}/attestation release 401  401    401      401   401     401     404
GET  /releases/{release}/changes release   401  401    401      401   401     401     404
GET  /services/{service}/history ranking-model 401 401 401      401   401     401     200
POST /releases                         401  401    401      401   401     401     201
POST /releases/{release}/reviews release   401  401    401      401   401     401     404
POST /releases/{release}/withdraw release  401  401    401      401   401     401     404
POST /releases/{release}/questions/{number}/answer release  401  401    401      401   401     401     404
GET  /templates                        401  401    401      401   401     401     200
GET  /documents                        401  401    401      401   401     401     200
POST /documents                        401  401    401      401   401     401     200
GET  /documents/{document} document    401  401    401      401   401     401     200
POST /documents/{document}/submit document  401  401    401      401   401     401     409
POST /documents/{document}/discard doc_01M85P4WJC97ST17PTW4BJTYRX 401 401 401 401 401 401 404
POST /documents/{document}/reviews document 401  401    401      401   401     401     403
GET  /incidents                        401  401    401      401   401     401     200
GET  /incidents/{incident} incident    401  401    401      401   401     401     404
GET  /incidents/{incident} private     401  401    401      401   401     401     404
GET  /stories/{subject} access         401  401    401      401   401     401     404
GET  /stories/{subject} release        401  401    401      401   401     401     404
GET  /stories/{subject} incident       401  401    401      401   401     401     404
GET  /stories/{subject} private        401  401    401      401   401     401     404
GET  /stories/{subject} machines       401  401    401      401   401     401     200
GET  /stories/{subject}/proof access   401  401    401      401   401     401     404
GET  /stories/{subject}/proof machines 401  401    401      401   401     401     200
GET  /audit/events                     401  401    401      401   401     401     200
GET  /audit/events/{index}             401  401    401      401   401     401     200
GET  /audit/checkpoints                401  401    401      401   401     401     200
GET  /audit/consistency                401  401    401      401   401     401     200
GET  /audit/held                       401  401    401      401   401     401     200
GET  /audit/held-both                  401  401    401      401   401     401     200
"""
TERMINAL = """
                                             ada  grace margaret radia barbara
GET  /login                                  200    200      200   200     200
POST /sessions                               403    403      403   403     403
GET  /whoami                                 200    200      200   200     200
GET  /me                                     200    200      200   200     200
GET  /entitlements                           200    200      200   200     200
GET  /requests                               200    200      200   200     200
GET  /requests/{request} access              200    200      404   200     200
GET  /requests/{request} machines            200    200      404   200     200
POST /requests/{request}/reviews access      403    403      404   403     403
POST /requests/{request}/reviews machines    403    403      404   403     403
POST /requests/{request}/accept access       409    403      404   403     403
POST /requests/{request}/questions/{number}/answer access    409 403 404 403 403
POST /releases/{release}/questions/{number}/answer release   409 403 404 403 403
POST /requests/{request}/extend machines     409    409      404   409     409
POST /requests/{request}/withdraw access     409    403      404   403     403
GET  /grants                                 200    200      200   200     200
GET  /grants/{request} access                200    200      404   200     200
GET  /grants/{request} machines              404    404      404   404     404
POST /grants/{request}/credentials machines  404    404      404   404     404
GET  /access-reviews                         200    200      200   200     200
GET  /access-reviews/{subject} access        404    404      404   404     404
GET  /releases                               200    200      200   200     200
GET  /releases/{release} release             200    200      404   200     200
GET  /releases/{release}/attestation release 200    200      404   200     200
GET  /releases/{release}/changes release     404    404      404   404     404
GET  /services/{service}/history ranking-model 200  200      200   200     200
POST /releases/{release}/reviews release     403    403      404   403     403
GET  /templates                              200    200      200   200     200
GET  /documents                              200    200      200   200     200
GET  /documents/{document} document          200    200      404   200     200
POST /documents/{document}/submit document   409    409      404   409     409
POST /documents/{document}/reviews document  403    403      404   403     403
GET  /incidents                              200    200      200   200     200
GET  /incidents/{incident} incident          200    404      404   200     200
GET  /incidents/{incident} private           404    404      200   200     404
GET  /stories/{subject} access               200    200      404   200     200
GET  /stories/{subject} release              200    200      404   200     200
GET  /stories/{subject} incident             200    404      404   200     200
GET  /stories/{subject} private              404    404      200   200     404
GET  /stories/{subject} machines             200    200      404   200     200
GET  /stories/{subject}/proof access         200    200      404   200     200
GET  /stories/{subject}/proof incident       200    404      404   200     200
GET  /stories/{subject}/proof private        404    404      200   200     404
GET  /audit/events                           200    200      200   200     200
GET  /audit/events/{index}                   200    200      200   200     200
GET  /audit/checkpoints                      200    200      200   200     200
GET  /audit/consistency                      200    200      200   200     200
GET  /audit/held                             200    200      200   200     200
DELETE /sessions/current                     204    204      204   204     204
"""
"""By the token of a terminal: what the console shows these people, and no more."""
QUERIES = {
    "/log/consistency": "?first=1&second=1",
    "/ask": "?entitlement=warehouse-sample",
    "/audit/consistency": "?first=1&second=1",
    "/audit/held": "?resource=warehouse",
    "/audit/held-both": "?first=warehouse&second=warehouse-write",
}
BODIES = {
    "/requests": {
        "entitlement": "warehouse",
        "duration": "30m",
        "justification": "nightly training needs it",
    },
    "/kit-requests": {"kit": "churn", "duration": "30m", "justification": "nightly training needs it"},
    "/break-glass": {"entitlement": "warehouse", "justification": "a job dropped a table and prices are old"},
    "/releases": {"service": "ranking-model", "version": "8"},
    "/requests/{request}/reviews": {"verdict": "approve"},
    "/releases/{release}/reviews": {"verdict": "approve"},
    "/documents": {"template": "monitoring-plan", "service": "ranking-model", "fields": {"owner": "me"}},
    "/documents/{document}/submit": {"digest": "0" * 64},
    "/documents/{document}/reviews": {"verdict": "approve"},
    "/requests/{request}/accept": {"digest": "0" * 64},
    "/requests/{request}/questions/{number}/answer": {"answer": "the churn tables"},
    "/releases/{release}/questions/{number}/answer": {"answer": "it is fresher"},
    "/requests/{request}/extend": {"duration": "30m", "justification": "nightly training needs it"},
    "/sessions": {"id_token": "a.b.c", "device": "a laptop"},
}
FORMS = ("/evidence", "/export", "/sign-out", "/sessions/{session}/end", "/stories/{subject}/proof")
"""Addresses to which the console's pages send forms."""


def rows(table: str) -> Iterator[tuple[str, str, str, dict[str, int]]]:
    """Method, path, subject and the status for each reader."""
    header, *lines = table.strip().splitlines()
    names = header.split()
    for line in lines:
        method, path, *rest = line.split()
        subject = "" if len(rest) == len(names) else rest.pop(0)
        yield method, path, subject, dict(zip(names, map(int, rest), strict=True))


@pytest.fixture
async def readers(people: People, machine: Anybody) -> dict[str, Anybody]:
    found = {name: await people.signed_in(name) for name in READERS if name not in ("nobody", "machine")}
    return {"nobody": await people.nobody(), **found, "machine": machine}


@pytest.fixture
async def seeded(office: Office, machine: Anybody) -> Seeded:
    return await seed(office, machine)


async def asked(reader: Anybody, method: str, address: str, path: str) -> int:
    if method == "GET":
        return (await reader.get(address)).status_code
    if method == "DELETE":
        return (await reader.delete(address)).status_code
    if path in FORMS:
        return (await reader.post(address, data={"csrf": await csrf_of(reader)})).status_code
    return (await reader.post(address, json=BODIES.get(path))).status_code


async def csrf_of(reader: Anybody) -> str:
    return await reader.form("/") if "daypass" in reader.client.cookies else "none"


async def test_every_reader_at_every_page(readers, seeded, office):
    wrong = [*await differing("/api/v1", API, readers, seeded, office)]
    wrong += await differing("", CONSOLE, readers, seeded, office)  # it signs out in the end
    assert wrong == []
    access = await office.daypass.reads.find(Access, seeded.access)
    assert access is not None
    assert access.status == "active", "a reader has changed what isn't theirs"


async def test_every_person_at_every_endpoint(people, seeded, office):
    names = [name for name in READERS if name not in ("nobody", "machine")]
    readers = {name: await people.at_a_terminal(name) for name in names}
    assert await differing("/api/v1", TERMINAL, readers, seeded, office) == []
    access = await office.daypass.reads.find(Access, seeded.access)
    assert access is not None
    assert access.status == "active", "a reader has changed what isn't theirs"


async def differing(
    base: str, table: str, readers: dict[str, Anybody], seeded: Seeded, office: Office
) -> list[str]:
    """What is answered otherwise than the table says."""
    wrong, index = [], str(await first_of(office, seeded.access))
    for method, path, subject, expected in rows(table):
        id = seeded[subject] if hasattr(seeded, subject) else subject
        address = path
        for name in (
            "{subject}",
            "{request}",
            "{release}",
            "{service}",
            "{incident}",
            "{session}",
            "{absence}",
            "{passkey}",
            "{document}",
        ):
            address = address.replace(name, id)
        for name, value in {"{index}": index, "{number}": "1", "{which}": "draft"}.items():
            address = address.replace(name, value)
        address = base + address + QUERIES.get(path, "")
        for name, reader in readers.items():
            status = await asked(reader, method, address, path)
            if status != expected[name]:
                wrong.append(f"{method} {path} {subject} as {name}: {status}, not {expected[name]}")
    return wrong


def routes(app: FastAPI) -> set[str]:
    """Every method and path that an application answers, but for what is mounted in it."""
    return {
        f"{method} {route.path}"
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute)
        for method in route.methods
    }


async def test_the_tables_leave_no_route_out(office: Office):
    mounted = {one.path: one.app for one in office.daypass.web.routes if isinstance(one, Mount)}
    assert mounted.keys() == {"", "/api/v1"}
    console = mounted[""].app
    for base, app, table in (("", console, CONSOLE), ("/api/v1", application(), API)):
        told = {f"{method} {path}" for method, path, *_ in rows(table)}
        assert told == routes(app), base
    within = {one.path: one.app for one in console.routes if isinstance(one, Mount)}
    assert within.keys() == {"/static", "/sign-in"}
    assert routes(within["/sign-in"]) == {"GET /start", "GET /back"}, "test_sign_in has these"


MEMBERS = ("margaret", "radia")


async def test_a_private_incident_is_nowhere_but_to_its_members(readers, seeded, office):
    """Not in lists, searches, exports, entries, nor by guessing its id."""
    await is_nowhere_for_others(readers, seeded, office)
    await is_nowhere_for_a_machine(readers["machine"], seeded, office)
    await cannot_be_told_from_one_that_is_not(readers["barbara"], seeded)
    await is_sealed_in_the_log_and_verifies_all_the_same(readers["machine"], seeded, office)


async def is_nowhere_for_others(readers, seeded, office):
    index = await first_of(office, seeded.private)
    for name, reader in readers.items():
        if name in ("nobody", "machine"):
            continue
        pages = [await reader.page(path) for path in ("/", "/search?action=incident", f"/log/{index}")]
        export = await reader.export("action=incident", "jsonl")
        table = await reader.export("", "csv")
        everything = "\n".join((*pages, export.text, table.text))
        assert (SECRET in everything) == (name in MEMBERS), name
        assert (seeded.private in everything) == (name in MEMBERS), name


async def is_nowhere_for_a_machine(machine, seeded, office):
    index = await first_of(office, seeded.private)
    for path in ("/incidents", "/audit/events", "/audit/events?action=incident", f"/audit/events/{index}"):
        answer = await machine.get(f"/api/v1{path}")
        assert answer.status_code == 200
        assert SECRET not in answer.text
        assert seeded.private not in answer.text


async def cannot_be_told_from_one_that_is_not(barbara, seeded):
    there = await barbara.get(f"/stories/{seeded.private}")
    nowhere = await barbara.get("/stories/inc_01M85P4WJC97ST17PTW4BJTYRX")
    assert (there.status_code, words(there.text)) == (nowhere.status_code, words(nowhere.text))


async def is_sealed_in_the_log_and_verifies_all_the_same(machine, seeded, office):
    index = await first_of(office, seeded.private)
    answer = await machine.get(f"/api/v1/audit/events/{index}")
    proven = answer.json()
    assert proven["leaf"] is None
    verify(proven)


async def test_who_has_left_is_let_in_no_more(readers, office):
    await leaves(office, ADA)
    await office.daypass.jobs.people.run_now()
    assert (await readers["ada"].get("/")).status_code == 303
    assert (await readers["grace"].get("/")).status_code == 200
