"""Settings with which Daypass gets into MLflow: what doesn't go together is said, and nothing is guessed."""

from dataclasses import dataclass, replace

import pytest

from bot.setting_mlflow import mlflow_fault

URL = "https://mlflow.example"


@dataclass(frozen=True)
class Given:
    """What is set."""

    mlflow_tracking_uri: object = URL
    mlflow_tracking_token: object = None
    mlflow_tracking_token_file: object = None
    mlflow_tracking_username: object = None
    mlflow_tracking_password: object = None
    mlflow_tracking_password_file: object = None
    daypass_mlflow_webhook_secrets: object = ()


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"token": "t"},
        {"token_file": "f"},
        {"username": "u", "password": "p"},
        {"username": "u", "password_file": "f"},
    ],
)
def test_a_token_or_a_user_and_password_is_a_login(given: dict[str, str]) -> None:
    named = {f"mlflow_tracking_{name}": value for name, value in given.items()}
    assert mlflow_fault(replace(Given(daypass_mlflow_webhook_secrets=("s",)), **named)) is None


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"token": "t", "token_file": "f"}, "MLFLOW_TRACKING_TOKEN_FILE, not both"),
        ({"username": "u", "password": "p", "password_file": "f"}, "MLFLOW_TRACKING_PASSWORD_FILE, not both"),
        ({"username": "u"}, "needs MLFLOW_TRACKING_USERNAME with"),
        ({"password_file": "f"}, "needs MLFLOW_TRACKING_USERNAME with"),
        ({"token": "t", "username": "u", "password": "p"}, "its user and password, not both"),
        ({"uri": None}, "set MLFLOW_TRACKING_URI as well"),
    ],
)
def test_what_does_not_go_together_is_said(given: dict[str, str], says: str) -> None:
    named = {f"mlflow_tracking_{name}": value for name, value in given.items()}
    found = mlflow_fault(replace(Given(daypass_mlflow_webhook_secrets=("s",)), **named))
    assert found and says in found
