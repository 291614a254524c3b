"""Settings: what is missing or wrong is one sentence each, all of them at once, and no secret is ever shown."""

from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError, read_settings

SECRETS = {
    "SLACK_BOT_TOKEN": "xoxb-do-not-show-1",
    "SLACK_SIGNING_SECRET": "do-not-show-2",
    "VAULT_SECRET_ID": "do-not-show-3",
    "DATABASE_URL": "postgresql://daypass:do-not-show-4@db.example/daypass",
}
GOOD = {
    **SECRETS,
    "VAULT_ADDR": "https://vault.example:8200",
    "VAULT_ROLE_ID": "a-role",
    "DAYPASS_BUNDLE": "examples/bundle",
    "DAYPASS_TARGETS": '{"warehouse": "postgresql://confirm:do-not-show-6@db.example/w?sslmode=verify-full"}',
}
OTHERS = (
    "VAULT_TOKEN",
    "SLACK_API_URL",
    "VAULT_CACERT",
    "VAULT_NAMESPACE",
    "DAYPASS_BUNDLE_VALUES",
    "DAYPASS_URL",
)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment with all that Daypass needs in it, and no more."""
    for name in OTHERS:
        monkeypatch.delenv(name, raising=False)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(Path(__file__).parents[2])
    return monkeypatch


def sentences() -> list[str]:
    with pytest.raises(SettingsError) as refused:
        read_settings()
    return str(refused.value).splitlines()


class TestGoodSettings:
    def test_are_read_under_the_fields_own_names(self, environment: pytest.MonkeyPatch) -> None:
        settings = read_settings()
        assert settings.slack_bot_token.get_secret_value() == SECRETS["SLACK_BOT_TOKEN"]
        assert str(settings.slack_api_url) == "https://slack.com/api/"

    def test_may_name_a_vault_token_instead_of_a_role(self, environment: pytest.MonkeyPatch) -> None:
        environment.delenv("VAULT_ROLE_ID")
        environment.delenv("VAULT_SECRET_ID")
        environment.setenv("VAULT_TOKEN", "hvs.do-not-show-5")
        assert "do-not-show" not in repr(read_settings())

    def test_take_an_empty_variable_for_one_that_is_not_set(self, environment: pytest.MonkeyPatch) -> None:
        for name in ("VAULT_CACERT", "VAULT_NAMESPACE", "SLACK_API_URL", "VAULT_TOKEN"):
            environment.setenv(name, "")
        assert read_settings().vault_cacert is None

    def test_hold_values_for_the_bundle_as_json(self, environment: pytest.MonkeyPatch) -> None:
        environment.setenv("DAYPASS_BUNDLE_VALUES", '{"WAREHOUSE_HOST": "db.example"}')
        assert read_settings().daypass_bundle_values == {"WAREHOUSE_HOST": "db.example"}

    @pytest.mark.parametrize(
        "url",
        [
            "https://daypass.example",
            "http://localhost:3000",
            "http://127.0.0.1:3000",
            "http://[::1]:3000/",
        ],
    )
    def test_have_an_address_by_https_or_on_this_machine(
        self, environment: pytest.MonkeyPatch, url: str
    ) -> None:
        environment.setenv("DAYPASS_URL", url)
        assert str(read_settings().daypass_url).startswith(url)

    @pytest.mark.parametrize(
        "url", ["https://DAYPASS.Example", "https://daypass.example:443/", "HTTPS://daypass.example"]
    )
    def test_have_the_address_as_browsers_write_it(self, environment: pytest.MonkeyPatch, url: str) -> None:
        environment.setenv("DAYPASS_URL", url)
        assert str(read_settings().daypass_url) == "https://daypass.example/"

    def test_open_a_bounded_number_of_connections(self, environment: pytest.MonkeyPatch) -> None:
        assert read_settings().daypass_database_connections == 12
        environment.setenv("DAYPASS_DATABASE_CONNECTIONS", "30")
        assert read_settings().daypass_database_connections == 30

    def test_trust_no_address_that_a_provider_has_not_verified(self, environment: pytest.MonkeyPatch) -> None:
        assert read_settings().daypass_oidc_trust_email is False
        environment.setenv("DAYPASS_OIDC_TRUST_EMAIL", "true")
        assert read_settings().daypass_oidc_trust_email is True

    def test_show_no_secret_however_they_are_written_out(self, environment: pytest.MonkeyPatch) -> None:
        settings = read_settings()
        for written in (
            repr(settings),
            str(settings),
            str(settings.model_dump()),
            settings.model_dump_json(),
        ):
            assert "do-not-show" not in written


class TestAMissingSetting:
    @pytest.mark.parametrize(
        "name", ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "VAULT_ADDR", "DAYPASS_BUNDLE"]
    )
    def test_is_one_sentence_that_names_it_and_says_what_to_do(
        self, environment: pytest.MonkeyPatch, name: str
    ) -> None:
        environment.delenv(name)
        (sentence,) = sentences()
        assert sentence.startswith(f"{name} is not set: ")
        assert sentence.endswith(".")

    @pytest.mark.parametrize("name", ["VAULT_ROLE_ID", "VAULT_SECRET_ID"])
    def test_of_the_login_to_vault_says_both_ways(self, environment: pytest.MonkeyPatch, name: str) -> None:
        environment.delenv(name)
        assert sentences() == [
            "VAULT_SECRET_ID: set this together with VAULT_ROLE_ID (or set VAULT_TOKEN to try things out)."
        ]

    @pytest.mark.parametrize("name", ["VAULT_HIGH_ROLE_ID", "VAULT_HIGH_SECRET_ID"])
    def test_of_the_second_login_names_the_other_one(
        self, environment: pytest.MonkeyPatch, name: str
    ) -> None:
        environment.setenv(name, "do-not-show-4")
        (sentence,) = sentences()
        assert sentence.startswith("VAULT_HIGH_SECRET_ID: set this together with VAULT_HIGH_ROLE_ID")
        assert "do-not-show" not in sentence

    def test_is_told_together_with_all_the_others(self, environment: pytest.MonkeyPatch) -> None:
        for name in GOOD:
            environment.delenv(name)
        told = sentences()
        assert [sentence.partition(":")[0].split()[0] for sentence in told] == [
            "SLACK_BOT_TOKEN",
            "SLACK_SIGNING_SECRET",
            "VAULT_ADDR",
            "VAULT_SECRET_ID",
            "DAYPASS_BUNDLE",
        ]

    def test_that_need_not_be_there_is_not_missed(self, environment: pytest.MonkeyPatch) -> None:
        environment.delenv("DAYPASS_TARGETS")
        assert read_settings().daypass_targets == {}


CONSOLE = {
    "DAYPASS_URL": "https://daypass.example",
    "DAYPASS_OIDC_ISSUER": "https://id.example",
    "DAYPASS_OIDC_CLIENT_ID": "console",
    "DAYPASS_OIDC_CLIENT_SECRET": "do-not-show",
}


class TestSigningInFromATerminal:
    """Its client is one of its own, at the provider that the console has."""

    @pytest.mark.parametrize(
        ("left_out", "client", "said"),
        [
            (None, "terminal", None),
            (None, "console", "is the console's client"),
            ("DAYPASS_OIDC_ISSUER", "terminal", "terminal sign-in is incomplete: set DAYPASS_OIDC_ISSUER"),
            (
                "DAYPASS_OIDC_CLIENT_ID",
                "terminal",
                "console sign-in is incomplete: set DAYPASS_OIDC_CLIENT_ID",
            ),
        ],
    )
    def test_needs_both(self, environment: pytest.MonkeyPatch, left_out, client, said) -> None:
        for name, value in CONSOLE.items():
            if name != left_out:
                environment.setenv(name, value)
        environment.setenv("DAYPASS_OIDC_CLI_CLIENT_ID", client)
        if said is None:
            assert read_settings().daypass_oidc_cli_client_id == "terminal"
        else:
            assert said in sentences()[0]


def test_attestations_need_an_address_to_be_verified_under(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DAYPASS_ATTESTATION_KEY", "daypass-releases")
    assert "set DAYPASS_URL too" in sentences()[0]
    environment.setenv("DAYPASS_URL", "https://daypass.example")
    assert read_settings().daypass_attestation_key == "daypass-releases"


class TestAWrongSetting:
    @pytest.mark.parametrize(
        ("name", "value", "said"),
        [
            ("SLACK_BOT_TOKEN", "xapp-do-not-show", "isn't a bot token"),
            ("SLACK_SIGNING_SECRET", "  ", "this is empty"),
            ("SLACK_API_URL", "slack.com/api", "valid URL"),
            ("VAULT_ADDR", "vault.example:8200", "URL"),
            ("DATABASE_URL", "mysql://daypass:do-not-show@db/daypass", "isn't a SQLite URL"),
            ("DATABASE_URL", "postgresql://daypass:x@db:do-not-show/daypass", "isn't a SQLite URL"),
            ("DATABASE_URL", "do-not-show", "isn't a SQLite URL"),
            ("DAYPASS_BUNDLE", "/nowhere/at/all", "/nowhere/at/all isn't a directory"),
            ("DAYPASS_CHECKPOINT_SECONDS", "often", "valid number"),
            ("DAYPASS_URL", "http://daypass.do-not.example", "use an https:// address"),
            ("DAYPASS_URL", "http://127.0.0.1.do-not.example", "use an https:// address"),
            ("DAYPASS_URL", "http://localhost@do-not.example", "use an https:// address"),
            ("DAYPASS_URL", "http://10.0.0.7:3000", "use an https:// address"),
            ("DAYPASS_URL", "https://daypass.example/do-not-prefix", "its own host name"),
            ("DAYPASS_URL", "https://daypass.example/do-not-prefix/", "its own host name"),
            ("DAYPASS_URL", "https://daypass.example//", "its own host name"),
            ("DAYPASS_URL", "https://daypass.example/?do-not=ask", "its own host name"),
            ("DAYPASS_URL", "https://daypass.example/#do-not", "its own host name"),
            ("DAYPASS_URL", "https://do-not-show:x@daypass.example", "remove the user name"),
            ("VAULT_ADDR", "https://vault.example/?do-not=ask", "remove everything from"),
            ("DAYPASS_OIDC_ISSUER", "https://id.example/tenant#do-not", "remove everything from"),
            ("DAYPASS_DATABASE_CONNECTIONS", "2", "greater than or equal to 3"),
            ("DAYPASS_OIDC_TRUST_EMAIL", "do-not-know", "valid boolean"),
            ("DAYPASS_BUNDLE_VALUES", "{do-not-show", "must be a JSON object of strings"),
            ("DAYPASS_BUNDLE_VALUES", '["do-not-show"]', "must be a JSON object of strings"),
            ("DAYPASS_LIVE_METRICS", "{do-not-show", "must be a JSON object"),
            (
                "DAYPASS_LIVE_METRICS",
                '{"m": {"kind": "do-not-show", "url": "https://a.example"}}',
                "the kind of m",
            ),
            (
                "DAYPASS_LIVE_METRICS",
                '{"m": {"kind": "http", "url": "http://a.example", "token": "do-not-show"}}',
                "use an https:// address",
            ),
            (
                "DAYPASS_LIVE_METRICS",
                '{"m": {"kind": "http", "url": "https://a.example/?do-not=show"}}',
                "has more than an address",
            ),
            (
                "DAYPASS_LIVE_METRICS",
                '{"mlflow": {"kind": "http", "url": "https://do-not-show.example"}}',
                "use another name",
            ),
            ("DAYPASS_TICKETS", "{do-not-show", "must be a JSON object"),
            (
                "DAYPASS_TICKETS",
                '{"j": {"kind": "do-not-show", "url": "https://a.example"}}',
                "the kind of j",
            ),
            ("DAYPASS_TICKETS", '{"j": {"kind": "jira", "token": "do-not-show"}}', "j › url: field required"),
            (
                "DAYPASS_TICKETS",
                '{"j": {"kind": "jira", "url": "http://a.example", "token": "do-not-show"}}',
                "use an https:// address",
            ),
            (
                "DAYPASS_TICKETS",
                '{"j": {"kind": "jira", "url": "https://u:do-not-show@a.example"}}',
                "has more than an address",
            ),
            (
                "DAYPASS_TICKETS",
                '{"j": {"kind": "jira", "url": "https://a.example", "link": "https://do-not-show.example"}}',
                "j › link",
            ),
            (
                "DAYPASS_TICKETS",
                '{"j": {"kind": "github", "url": "https://a.example", "project": "do-not-show"}}',
                "isn't a repository",
            ),
            ("DAYPASS_TARGETS", "{do-not-show", "must be a JSON object of URLs"),
            ("DAYPASS_TARGETS", '["do-not-show"]', "must be a JSON object of URLs"),
            ("DAYPASS_TARGETS", '{"w": "do-not-show"}', "the URL of w isn't valid"),
            (
                "DAYPASS_TARGETS",
                '{"w": "oracle://u:do-not-show@h/d"}',
                "isn't of a kind that Daypass supports",
            ),
            ("DAYPASS_TARGETS", '{"w": "mariadb://u:do-not-show@h/?ssl=0"}', "only ssl_ca can be set"),
            ("DAYPASS_TARGETS", '{"w": "rabbitmq+http://u:do-not-show@h"}', "isn't encrypted"),
            (
                "DAYPASS_TARGETS",
                '{"w": "rabbitmq+https://do-not-show"}',
                "needs a user, a password and a host",
            ),
            ("DAYPASS_TARGETS", '{"w": "postgresql://u:do-not-show@h/d"}', "has no sslmode=verify-full"),
            (
                "DAYPASS_TARGETS",
                '{"w": "postgresql:///d?host=h&password=do-not-show&sslmode=require"}',
                "has no sslmode=verify-full",
            ),
        ],
    )
    def test_is_one_sentence_that_names_it_and_does_not_repeat_it(
        self, environment: pytest.MonkeyPatch, name: str, value: str, said: str
    ) -> None:
        environment.setenv(name, value)
        (sentence,) = sentences()
        assert sentence.startswith(f"{name}: ")
        assert said in sentence
        assert "do-not" not in sentence

    def test_is_shown_nowhere_in_the_error_either(self, environment: pytest.MonkeyPatch) -> None:
        environment.setenv("SLACK_BOT_TOKEN", "xapp-do-not-show")
        with pytest.raises(SettingsError) as refused:
            read_settings()
        assert "do-not-show" not in repr(refused.value)
        assert refused.value.__cause__ is None
        assert refused.value.__suppress_context__

    def test_given_by_a_program_is_refused_the_same_way(self) -> None:
        with pytest.raises(ValueError, match="isn't a bot token") as refused:
            Settings(slack_bot_token="do-not-show")  # type: ignore[arg-type, call-arg]
        assert "do-not-show" not in str(refused.value)
