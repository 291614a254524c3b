"""Addresses in settings and in a bundle: none that can be read on the way, none that hold a secret; and Vault's own."""

import asyncio
import logging
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.cli.logs import quieten
from bot.settings import SettingsError, read_settings
from integrations.egress import Reach, read_reach
from integrations.http_client import Guard, Whole, guarded_client
from integrations.machine_tokens import TokenVerifier
from integrations.oidc import Provider
from integrations.vault import FixedToken, Logins
from integrations.vault.connection import Connection
from integrations.vault.errors import Failure, explained
from integrations.webhook import WebhookCaller, WebhookTarget
from tests.builders import MONDAY
from tests.flow.test_settings import GOOD
from tests.outgoing.hostile import Speaks, answer, chunked_without_end, hostile
from workflows.policy.loading.load import load_bundle
from workflows.policy.problems import BundleErrors
from workflows.policy.schema.machines import IssuerBlock
from workflows.policy.schema.services import Target
from workflows.policy.terms.releases import TargetTerms
from workflows.ports import Permanent, Retryable

OUTSIDE = (
    "VAULT_ADDR",
    "MLFLOW_TRACKING_URI",
    "DAYPASS_KUBERNETES_URL",
    "DAYPASS_OIDC_ISSUER",
    "SLACK_API_URL",
)
BAD = (
    "http://deploy.example/hook", "http://127.0.0.1.deploy.example/", "http://localhost@deploy.example/",
    "https://user:secret@deploy.example/", "https://deploy.example/?token=secret", "https://deploy.example/#secret",
    "https://@deploy.example/", "ftp://deploy.example/", "https://", "https://deploy.example:99999/",
    "https://deploy.example\\@inner.example/", "file:///etc/passwd",
)  # fmt: skip


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(Path(__file__).parents[2])
    return monkeypatch


class TestASetting:
    @pytest.mark.parametrize("name", OUTSIDE)
    @pytest.mark.parametrize(
        "url", ["http://there.example", "http://10.0.0.7", "http://127.0.0.1.x.example", "http://[::2]"]
    )
    def test_that_can_be_read_on_the_way_is_refused(
        self, environment: pytest.MonkeyPatch, name: str, url: str
    ) -> None:
        environment.setenv(name, url)
        with pytest.raises(SettingsError, match=f"{name}: tokens would be readable .* https://"):
            read_settings()

    @pytest.mark.parametrize("name", OUTSIDE)
    def test_that_holds_a_password_is_refused_without_showing_it(
        self, environment: pytest.MonkeyPatch, name: str
    ) -> None:
        environment.setenv(name, "https://me:secret-1@there.example")
        with pytest.raises(
            SettingsError, match=f"{name}: remove the user name and password from this address"
        ) as refused:
            read_settings()
        assert "secret-1" not in str(refused.value)

    @pytest.mark.parametrize("name", ["VAULT_ADDR", "MLFLOW_TRACKING_URI", "SLACK_API_URL"])
    @pytest.mark.parametrize(
        "url", ["https://there.example", "http://localhost:8200", "http://127.0.0.1:1", "http://[::1]:1"]
    )
    def test_by_https_or_on_this_machine_is_taken(
        self, environment: pytest.MonkeyPatch, name: str, url: str
    ) -> None:
        environment.setenv(name, url)
        assert read_settings()

    def test_of_private_hosts_names_hosts_addresses_and_networks(
        self, environment: pytest.MonkeyPatch
    ) -> None:
        environment.setenv("DAYPASS_PRIVATE_HOSTS", "deploy.internal, 10.2.0.0/16 ::1")
        assert read_settings().daypass_private_hosts == ("deploy.internal", "10.2.0.0/16", "::1")
        environment.setenv("DAYPASS_PRIVATE_HOSTS", "https://deploy.internal")
        with pytest.raises(SettingsError, match="neither a host name nor an address"):
            read_settings()


class TestAnAddressInABundle:
    @pytest.mark.parametrize("url", BAD)
    def test_that_can_be_read_on_the_way_or_holds_a_secret_is_refused(self, url: str) -> None:
        with pytest.raises(ValueError):
            Target(webhook=url, read="https://deploy.example/live")
        with pytest.raises(ValueError):
            IssuerBlock(issuer=url, audience="daypass")

    def test_is_refused_with_its_place(self) -> None:
        with pytest.raises(BundleErrors, match=r"machines\.yaml") as refused:
            load_bundle(Path("examples/bundle"), {"MACHINES_ISSUER": "http://issuer.example"})
        assert "isn't encrypted" in str(refused.value)

    @pytest.mark.parametrize(
        "url", ["https://deploy.example/a/b", "http://127.0.0.1:9/x", "https://[2606:2800::1]:8443/"]
    )
    def test_by_https_or_on_this_machine_is_taken(self, url: str) -> None:
        assert Target(webhook=url, read=url).webhook == url


class TestAWebhook:
    async def test_of_a_bundle_reaches_no_private_address(self, world) -> None:
        async with hostile(answer()) as server, guarded_client(Guard(Reach())) as client:
            target = TargetTerms(kind="webhook", call=server.url, read=server.url)
            terms = world.bundle.services["ranking-model"].model_copy(update={"target": target})
            with pytest.raises(Permanent, match="DAYPASS_PRIVATE_HOSTS"):
                await WebhookTarget(client, (SecretStr("whsec_c2lnbmVk"),), lambda: MONDAY).live(terms)
            with pytest.raises(Permanent, match="DAYPASS_PRIVATE_HOSTS"):
                await WebhookCaller(client, (SecretStr("whsec_c2lnbmVk"),), lambda: MONDAY).call(
                    server.url, {}, "key"
                )
            assert server.asked == []

    @pytest.mark.parametrize(
        "says",
        [
            answer(b'{"version": NaN}'), answer(b"[" * 100_000), answer(b'{"version": "' + b"1" * 100 + b'"}'),
            answer(b'{"version": "1\\u0000"}'), answer(b"\xff"), chunked_without_end(), answer(b'{"version": ["1"]}'),
        ],
    )  # fmt: skip
    async def test_that_answers_anything_else_is_refused_in_a_sentence(self, world, says: Speaks) -> None:
        local = read_reach(["127.0.0.1"])
        async with hostile(says) as server, guarded_client(Guard(local)) as client:
            target = TargetTerms(kind="webhook", call=server.url, read=server.url)
            terms = world.bundle.services["ranking-model"].model_copy(update={"target": target})
            with pytest.raises(Permanent):
                await WebhookTarget(client, (SecretStr("whsec_c2lnbmVk"),), lambda: MONDAY).live(terms)

    async def test_is_not_told_in_the_process_s_log(self, caplog: pytest.LogCaptureFixture) -> None:
        """httpx tells of each request, with its whole address."""
        quieten()
        with caplog.at_level(logging.INFO):
            async with (
                hostile(answer()) as server,
                guarded_client(Guard(read_reach(["127.0.0.1"]))) as client,
            ):
                await client.get(f"{server.url}/hook/secret-in-the-path")
        assert "secret-in-the-path" not in caplog.text


async def test_an_issuer_leads_to_keys_at_no_inner_address() -> None:
    """The issuer is admitted, by name; where it says that its keys are isn't."""
    async with hostile(answer(b'{"keys": []}')) as inner:
        keys = inner.url.replace("127.0.0.1", "[::ffff:127.0.0.1]")
        async with hostile(answer()) as issuer:
            says = f'{{"issuer": "{issuer.url}", "jwks_uri": "{keys}/keys"}}'.encode()
            issuer.says = answer(says)
            async with guarded_client(Guard(Reach(hosts=frozenset({"127.0.0.1"})))) as client:
                with pytest.raises(Retryable, match="NotAllowed"):
                    await TokenVerifier(client, lambda: MONDAY)._fetch(issuer.url)
        assert inner.asked == []


async def test_an_identity_provider_leads_to_keys_at_no_inner_address() -> None:
    async with hostile(answer(b'{"keys": []}')) as inner:
        keys = inner.url.replace("127.0.0.1", "[::ffff:127.0.0.1]")
        async with hostile(answer()) as server:
            server.says = answer(f'{{"issuer": "{server.url}", "jwks_uri": "{keys}/keys"}}'.encode())
            transport = Whole(Guard(Reach(hosts=frozenset({"127.0.0.1"}))))
            provider = Provider(server.url, "daypass", SecretStr("s"), transport)
            with pytest.raises(Retryable, match="NotAllowed"):
                await provider._keys()
        assert inner.asked == []


class TestVault:
    async def test_s_token_goes_nowhere_by_a_redirect(self) -> None:
        async with hostile(answer()) as inner:
            leads = answer(b"", "307 Temporary Redirect", f"Location: {inner.url}/v1/x\r\n")
            async with hostile(leads) as server:
                connection = Connection(server.url, Logins(FixedToken(SecretStr("hvs.secret"))))
                with pytest.raises(Failure) as failed:
                    await asyncio.to_thread(connection.own, "get", "sys/x")
                assert "redirects elsewhere" in failed.value.reason
                assert isinstance(explained(failed.value, "be asked", ""), Retryable)
            assert inner.asked == []
