"""A bundle says how programs connect: shortly for what is usual, variable by variable for the rest."""

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

import pytest

from tests.policy.conftest import EXAMPLE, Change, Faults
from workflows.policy.loading.load import load_bundle
from workflows.policy.schema.connect import Connection

FILE = "resources/feature-warehouse.yaml"
POSTGRESQL = """\
    connect:
      postgresql: {host: "${WAREHOUSE_HOST}", port: "${WAREHOUSE_PORT}", database: "${WAREHOUSE_DATABASE}"}
"""
SECRET = {"username": "v-ada", "password": "p@ss:/w", "access_key": "AK", "secret_key": "SK"}


@pytest.fixture
def connection(change: Change) -> Callable[[str], Connection]:
    """What the warehouse's `connect` comes to if it is written like this."""

    def written(block: str) -> Connection:
        return load_bundle(change(FILE, POSTGRESQL, block)).entitlements["warehouse"].connect

    return written


def filled(template: str, secret: Mapping[str, str] = SECRET) -> str:
    """As a program fills one in."""
    return re.sub(r"<(\w+)>", lambda found: secret[found[1]], template)


def test_text_alone_is_shown_and_says_nothing_to_programs(connection):
    assert connection("    connect: psql as <username>\n") == Connection(text="psql as <username>")


def test_a_postgresql_database_is_three_lines():
    values = {"WAREHOUSE_HOST": "db.example", "WAREHOUSE_PORT": "6432", "WAREHOUSE_DATABASE": "features"}
    found = load_bundle(EXAMPLE, values).entitlements["warehouse"].connect
    assert {name: filled(text) for name, text in found.environment.items()} == {
        "PGHOST": "db.example",
        "PGPORT": "6432",
        "PGDATABASE": "features",
        "PGUSER": "v-ada",
        "PGPASSWORD": "p@ss:/w",
    }
    encoded = {name: quote(text, safe="") for name, text in SECRET.items()}
    assert filled(found.url or "", encoded) == "postgresql://v-ada:p%40ss%3A%2Fw@db.example:6432/features"
    assert "dbname=features user=<username>" in found.text


def test_what_stands_beside_a_kind_goes_over_it(connection):
    found = connection(
        POSTGRESQL + "      environment:\n        PGSSLMODE: verify-full\n        PGPORT: '1'\n"
    )
    assert (found.kind, found.environment["PGSSLMODE"], found.environment["PGPORT"]) == (
        "postgresql",
        "verify-full",
        "1",
    )


def test_keys_of_aws(connection):
    aws = connection("    connect:\n      aws:\n        region: eu-central-1\n")
    assert aws.environment["AWS_SECRET_ACCESS_KEY"] == "<secret_key>"
    assert aws.environment["AWS_REGION"] == "eu-central-1"


def test_a_kubernetes_token_goes_into_a_file(connection):
    found = connection("    connect:\n      kubernetes:\n        server: https://k8s.example\n")
    assert 'token: "<service_account_token>"' in found.files["KUBECONFIG"]
    assert "https://k8s.example" in found.files["KUBECONFIG"]


@pytest.mark.parametrize(
    ("block", "field", "what"),
    [
        (
            "      environment:\n        LD_PRELOAD: x\n",
            "environment.LD_PRELOAD",
            "could change which program",
        ),
        ("      environment:\n        PATH: x\n", "environment.PATH", "could change which program"),
        ("      environment:\n        pghost: x\n", "environment.pghost", "isn't valid"),
        ("      files:\n        BASH_ENV: x\n", "files.BASH_ENV", "could change which program"),
        ("      postgres:\n        host: x\n", "postgres", "there is no field"),
        ("      postgresql:\n        host: x\n", "postgresql.database", "this field is missing"),
        (
            "      postgresql:\n        host: x\n        port: many\n        database: y\n",
            "port",
            "isn't valid",
        ),
        (
            "      aws:\n        region: x\n      kubernetes:\n        server: x\n",
            "connect",
            "exclude each other",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_field(faults: Faults, block: str, field: str, what: str):
    found = faults(FILE, POSTGRESQL, f"    connect:\n{block}")
    assert any(field in one.field and what in one.what for one in found), found
