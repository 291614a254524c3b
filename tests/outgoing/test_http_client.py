"""What Daypass asks of others goes only where it may, and no answer, however hostile, costs more than is allowed."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest

from integrations.egress import Reach, read_reach
from integrations.http_client import Guard, NotAllowed, UnfitAnswer, Whole, explained, guarded_client
from tests.outgoing.hostile import (
    Hostile,
    answer,
    chunked_without_end,
    dripping,
    headers_without_end,
    hostile,
)
from workflows.ports import Permanent, Retryable

LOCAL = read_reach(["127.0.0.1"])
GZIP_BOMB = "Content-Encoding: gzip\r\n"


@asynccontextmanager
async def client(
    reach: Reach = LOCAL, max_bytes: int = 1 << 20, seconds: float = 5.0
) -> AsyncIterator[httpx2.AsyncClient]:
    guard = Guard(reach)
    async with guarded_client(guard, max_bytes=max_bytes, seconds=seconds) as found:
        yield found
    await guard.aclose()


class TestPrivateAddresses:
    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1", "127.8.8.8", "::1", "0.0.0.0", "::", "10.0.0.1", "172.16.9.9", "192.168.1.1",
            "100.64.0.1", "100.100.100.200", "169.254.169.254", "fe80::1%eth0", "fd00:ec2::254", "fc00::1",
            "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
            "2002:7f00:1::", "168.63.129.16", "224.0.0.1", "255.255.255.255", "192.0.0.192", "198.18.0.1",
            "::7f00:1", "64:ff9b:1::7f00:1", "fec0::1", "2001::1",
        ],
    )  # fmt: skip
    def test_are_out_of_reach(self, address: str) -> None:
        assert not Reach().admits("somewhere.example", address)

    @pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
    def test_are_not_public_ones(self, address: str) -> None:
        assert Reach().admits("somewhere.example", address)

    def test_are_reached_where_an_operator_named_the_host_or_the_network(self) -> None:
        reach = read_reach(["Deploy.Internal", "10.2.0.0/16"])
        assert reach.admits("deploy.internal.", "192.168.1.1")
        assert reach.admits("another.example", "10.2.3.4")
        assert reach.admits("another.example", "::ffff:10.2.3.4")
        assert not reach.admits("another.example", "10.3.0.1")
        assert not reach.admits("deploy.internal.evil.example", "192.168.1.1")

    def test_of_metadata_are_reached_by_their_address_alone(self) -> None:
        assert not read_reach(["deploy.internal"]).admits("deploy.internal", "169.254.169.254")
        assert read_reach(["169.254.169.254"]).admits("anything", "169.254.169.254")

    @pytest.mark.parametrize("name", ["http://deploy.internal", "deploy:443", "10.0.0.0/99", "a b"])
    def test_that_are_named_as_nothing_can_be_are_refused(self, name: str) -> None:
        with pytest.raises(ValueError, match="neither"):
            read_reach([name])

    async def test_are_not_connected_to(self) -> None:
        async with hostile(answer()) as server:
            for host in ("127.0.0.1", "localhost"):
                async with client(Reach()) as asking:
                    with pytest.raises(NotAllowed, match="DAYPASS_PRIVATE_HOSTS"):
                        await asking.get(server.url.replace("127.0.0.1", host))
            assert server.asked == []

    @pytest.mark.parametrize(
        "host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]"]
    )
    async def test_are_seen_in_whichever_way_they_are_written(self, host: str) -> None:
        async with client(Reach()) as asking:
            with pytest.raises((NotAllowed, httpx2.InvalidURL)):
                await asking.get(f"https://{host}/")

    async def test_behind_a_name_that_is_public_as_well_are_not_connected_to(self) -> None:
        """And the address that was looked at is the one that is connected to: a second look-up can't differ."""
        looked_up = []

        async def both(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
            looked_up.append(host)
            return [
                (socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port))
                for one in ("93.184.216.34", "10.0.0.9")
            ]

        asyncio.get_running_loop().getaddrinfo = both  # type: ignore[method-assign, assignment]
        async with client(Reach()) as asking:
            with pytest.raises(NotAllowed):
                await asking.get("https://rebinding.example/")
        assert looked_up == ["rebinding.example"]

    async def test_are_connected_to_as_they_were_looked_up(self) -> None:
        """The name leads to the hostile server once; who asks again would be told something else."""
        answers = iter(["127.0.0.1", "10.0.0.9"])

        async def rebinding(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
            if host != "localhost":
                return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

        async with hostile(answer(b'"hello"')) as server:
            asyncio.get_running_loop().getaddrinfo = rebinding  # type: ignore[method-assign, assignment]
            async with client(read_reach(["127.0.0.1"])) as asking:
                said = await asking.get(server.url.replace("127.0.0.1", "localhost"))
        assert said.json() == "hello"


class TestAddresses:
    @pytest.mark.parametrize(
        "url",
        [
            "http://deploy.example/", "http://127.0.0.1.deploy.example/", "http://localhost@deploy.example/",
            "file:///etc/passwd", "ftp://deploy.example/", "gopher://127.0.0.1/", "https://user:secret@deploy.example/",
        ],
    )  # fmt: skip
    async def test_that_are_not_https_or_hold_a_password_are_not_asked(self, url: str) -> None:
        async with client() as asking:
            with pytest.raises((NotAllowed, httpx2.UnsupportedProtocol)) as refused:
                await asking.get(url)
        assert "secret" not in str(refused.value)

    async def test_out_of_the_environment_lead_nowhere(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async with hostile(answer(b"1")) as server, hostile(answer(b"2")) as proxy:
            for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
                monkeypatch.setenv(name, proxy.url)
            async with client() as asking:
                assert (await asking.get(server.url)).content == b"1"
            assert proxy.asked == []

    @pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
    @pytest.mark.parametrize("method", ["GET", "POST"])
    async def test_that_an_answer_leads_to_are_not_asked(self, status: str, method: str) -> None:
        async with hostile(answer(b'{"secret": 1}')) as inner:
            leads = answer(b"", status, f"Location: {inner.url}/secret\r\n")
            async with hostile(leads) as server, client() as asking:
                assert (await asking.request(method, server.url, json={})).is_redirect
            assert inner.asked == []


class TestAnAnswer:
    @pytest.mark.parametrize(
        "says",
        [
            answer(b"{}", length=600_000_000),
            answer(b"", length=10**30),
            chunked_without_end(),
            answer(b"\x1f\x8b" + b"0" * 100, headers=GZIP_BOMB),
            chunked_without_end(headers=GZIP_BOMB),
            answer(b"0", headers="Content-Encoding: br\r\n"),
        ],
    )
    async def test_that_is_too_large_or_compressed_isn_t_read(self, says: object) -> None:
        async with hostile(says) as server, client() as asking:  # type: ignore[arg-type]
            with pytest.raises((UnfitAnswer, httpx2.RemoteProtocolError)):
                await asking.get(server.url)
            assert "Accept-Encoding: identity" in server.asked[0]

    @pytest.mark.parametrize("says", [dripping(), headers_without_end()])
    async def test_that_doesn_t_end_is_given_up_in_time(self, says: object) -> None:
        async with hostile(says) as server, client(seconds=0.5) as asking:  # type: ignore[arg-type]
            begun = asyncio.get_running_loop().time()
            with pytest.raises(httpx2.TransportError):
                await asking.get(server.url)
            assert asyncio.get_running_loop().time() - begun < 5

    async def test_that_never_comes_is_given_up_in_time(self) -> None:
        async def silent(_: asyncio.StreamWriter) -> None:
            await asyncio.sleep(60)

        async with hostile(silent) as server, client(seconds=0.3) as asking:
            with pytest.raises(httpx2.ReadTimeout, match="no complete response"):
                await asking.get(server.url)

    async def test_comes_through_after_bad_ones(self) -> None:
        """Whatever was given up leaves no connection behind that the next request would wait for."""
        async with hostile(dripping(), good=answer(b'"good"')) as server, client(seconds=0.2) as asking:
            bad = [asking.get(server.url) for _ in range(40)]
            assert all(
                isinstance(one, httpx2.HTTPError)
                for one in await asyncio.gather(*bad, return_exceptions=True)
            )
            assert (await asking.get(f"{server.url}/good")).json() == "good"

    async def test_is_owned_by_no_client_that_is_opened_for_one_call(self) -> None:
        """As Authlib does it, two at once."""
        guard = Guard(LOCAL)

        async def once(server: Hostile) -> bytes:
            async with httpx2.AsyncClient(transport=Whole(guard), trust_env=False) as one:
                return (await one.get(server.url)).content

        async with hostile(answer(b"1")) as server:
            assert await asyncio.gather(*(once(server) for _ in range(4))) == [b"1"] * 4
        await guard.aclose()


def test_what_went_wrong_is_told_on_one_line_and_as_final_or_not() -> None:
    error = explained(httpx2.ConnectError("no\nway " + "x" * 1_000), "MLflow")
    assert isinstance(error, Retryable)
    assert len(str(error).splitlines()) == 1
    assert len(str(error)) < 300
    assert isinstance(explained(NotAllowed("not there"), "MLflow"), Permanent)
