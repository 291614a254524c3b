"""The settings of what proposes releases, and of where they come from; none is repeated in what is said of it."""

from pathlib import Path

import pytest

from bot.settings import SettingsError, read_settings
from bot.wiring.release_sources import source_addresses
from tests.flow.test_settings import environment, sentences

__all__ = ["environment"]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DAYPASS_WEBHOOK_SECRET", "do-not-show", "doesn't begin with whsec_"),
        ("DAYPASS_WEBHOOK_SECRET", f"{SECRET} {SECRET} {SECRET}", "at most two"),
        ("DAYPASS_RELEASE_WEBHOOKS", "{do-not-show", "must be a JSON object"),
        ("DAYPASS_RELEASE_WEBHOOKS", '["do-not-show"]', "must be a JSON object"),
        ("DAYPASS_RELEASE_WEBHOOKS", f'{{"Do-not/show": "{SECRET}"}}', "must be a JSON object"),
        ("DAYPASS_RELEASE_WEBHOOKS", '{"jenkins": "do-not-show"}', "doesn't begin with whsec_"),
        ("DAYPASS_RELEASE_WEBHOOKS", '{"jenkins": 7}', "one secret, or two"),
        ("DAYPASS_ROLLOUT_TOKENS", '{"eu-1": "do-not-show"}', "fewer than 32 characters"),
        ("DAYPASS_ROLLOUT_TOKENS", "[]", "must be a JSON object"),
        ("DAYPASS_SAGEMAKER_REGION", "do-not-show/..", "pattern"),
        ("DAYPASS_SAGEMAKER_KEY_FILE", "/nowhere/at/all", "file"),
        ("DAYPASS_DATABRICKS_URL", "https://u:do-not-show@a.example", "remove the user name"),
        ("DAYPASS_DATABRICKS_TOKEN_FILE", "/nowhere/at/all", "file"),
        ("DAYPASS_SAGEMAKER_URL", "http://do-not-show.example", "use an https:// address"),
    ],
)
def test_a_wrong_one_is_told_in_one_sentence(
    environment: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    environment.setenv(name, value)
    (sentence,) = sentences()
    assert sentence.startswith(f"{name}: ")
    assert said in sentence
    assert "do-not" not in sentence.lower()


def test_what_is_given_is_read_by_name_and_shown_nowhere(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DAYPASS_WEBHOOK_SECRET", SECRET)
    environment.setenv("DAYPASS_RELEASE_WEBHOOKS", f'{{"jenkins": "{SECRET} {SECRET}"}}')
    environment.setenv("DAYPASS_ROLLOUT_TOKENS", f'{{"eu-1": "{"t" * 32}"}}')
    settings = read_settings()
    assert [one.get_secret_value() for one in settings.daypass_release_webhooks["jenkins"]] == [SECRET] * 2
    assert [one.get_secret_value() for one in settings.daypass_rollout_tokens["eu-1"]] == ["t" * 32]
    assert SECRET not in repr(settings) and "t" * 32 not in repr(settings)


def test_unity_catalog_is_at_its_workspace_s_address_once_it_has_a_token(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert source_addresses(read_settings())["unity-catalog"] is None
    environment.setenv("DAYPASS_DATABRICKS_URL", "https://northwind.cloud.databricks.example")
    with pytest.raises(SettingsError, match="DAYPASS_DATABRICKS_TOKEN_FILE together"):
        read_settings()
    (tmp_path / "token").write_text("dapi")
    environment.setenv("DAYPASS_DATABRICKS_TOKEN_FILE", str(tmp_path / "token"))
    found = source_addresses(read_settings())["unity-catalog"]
    assert found is not None
    assert (found.url, found.key) == ("https://northwind.cloud.databricks.example/", tmp_path / "token")


def test_sagemaker_is_at_its_region_s_address_once_it_has_a_key(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert source_addresses(read_settings())["sagemaker"] is None
    environment.setenv("DAYPASS_SAGEMAKER_REGION", "eu-central-1")
    with pytest.raises(SettingsError, match="DAYPASS_SAGEMAKER_KEY_FILE together"):
        read_settings()
    (tmp_path / "keys").write_text("id secret")
    environment.setenv("DAYPASS_SAGEMAKER_KEY_FILE", str(tmp_path / "keys"))
    found = source_addresses(read_settings())["sagemaker"]
    assert found is not None
    assert (found.url, found.region) == ("https://api.sagemaker.eu-central-1.amazonaws.com", "eu-central-1")
