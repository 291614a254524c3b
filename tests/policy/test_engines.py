"""Which secrets engine an entitlement's credential comes from, and what can't be had of it."""

import re
from pathlib import Path
from textwrap import indent

import pytest

from tests.builders import changed_bundle
from workflows.policy.engines import ENGINES, Unfit, inferred_engine
from workflows.policy.problems import BundleErrors

FILE = "resources/feature-warehouse.yaml"
PATH = "path: database/creds/warehouse-read"
TARGET = "\n      target: warehouse"


def problems(target: Path, path: str, rule: str = "shortest: 10s") -> list[str]:
    try:
        changed_bundle(target / "bundle", (FILE, PATH, f"path: {path}"), (FILE, "shortest: 10s", rule))
    except BundleErrors as errors:
        return [str(one) for one in errors.problems]
    return []


@pytest.mark.parametrize(
    ("path", "engine"),
    [
        ("database/creds/a", "database"),
        ("ssh/sign/a", "ssh"),
        ("pki_int/issue/a", "pki"),
        ("kubernetes/creds/a", "kubernetes"),
        ("aws/creds/a", "aws"),
        ("aws/sts/a", "aws-sts"),
        ("kv/data/a", "kv"),
        ("databases/creds/a", None),
        ("team/database/creds/a", None),
    ],
)
def test_it_is_inferred_from_the_mount_s_usual_name(path: str, engine: str | None) -> None:
    assert inferred_engine(path) == engine


def test_where_the_path_doesn_t_say_it_the_bundle_says_what_to_write(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "prod-db/creds/reader")
    assert problem.startswith(f"{FILE}:")
    assert "“prod-db/creds/reader” doesn't match a known secrets engine" in problem
    assert "add “engine: …” with one of aws, aws-sts, database, kubernetes" in problem


def test_where_it_is_written_it_counts(tmp_path: Path) -> None:
    path = "prod-db/creds/reader\n      engine: database"
    bundle = changed_bundle(tmp_path / "bundle", (FILE, PATH, f"path: {path}"))
    assert bundle.entitlements["warehouse"].secrets_engine is ENGINES["database"]


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("kv/data/shared", "static secrets can't be taken back — use an engine that creates a credential"),
        ("kv/data/shared", "or accept it with “static: true”: the secret is the same for everyone"),
        ("secret/shared", "static secrets can't be taken back"),
        ("secret/shared\n      static: true", "use a path such as kv/data/my-role"),
        ("database/creds/a\n      static: true", "database logins aren't static"),
        ("cubbyhole/mine", "Daypass doesn't support cubbyhole secrets"),
        ("transit/datakey/plaintext/k", "Daypass doesn't support ciphertexts and keys"),
        ("totp/code/k", "Daypass doesn't support one-time codes"),
        (
            "database/static-creds/app",
            "can't be created at “database/static-creds/app” — use a path such as database/",
        ),
        (
            "ssh/creds/once",
            "SSH certificates can't be created at “ssh/creds/once” — use a path such as ssh/sign/",
        ),
        ("auth/token/create", "isn't valid — use a secret path such as"),
        ("x/creds/y\n      engine: databse", "there is no engine “databse” — did you mean “database”?"),
        (
            "pki/issue/job\n      parameters: {not_after: '2030-01-01T00:00:00Z'}",
            "expires with its grant, so this can't be set",
        ),
    ],
)
def test_what_can_t_be_had_is_refused_with_a_way_out(tmp_path: Path, path: str, what: str) -> None:
    (problem,) = problems(tmp_path, path)
    assert what in problem


def test_a_rule_that_allows_less_than_the_engine_makes_is_refused(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "kubernetes/creds/job", "shortest: 10m")
    assert "Kubernetes tokens can't be created for less than 11 minutes 10 seconds" in problem
    assert "write “shortest: 13 minutes” in its rule" in problem


def test_one_that_leaves_room_is_fine(tmp_path: Path) -> None:
    assert problems(tmp_path, "kubernetes/creds/job", "shortest: 13m") == []


def test_a_static_secret_is_given_where_the_bundle_says_that_it_is_one(tmp_path: Path) -> None:
    path = "kv/data/shared\n      static: true"
    bundle = changed_bundle(tmp_path / "bundle", (FILE, f"{PATH}\n", f"path: {path}\n"), (FILE, TARGET, ""))
    assert bundle.entitlements["warehouse"].secrets_engine.static


PAGES = sorted((Path(__file__).parents[2] / "examples" / "vault").glob("*/README.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name)
def test_the_entitlement_of_an_engine_s_page_loads(tmp_path: Path, page: Path) -> None:
    (shown,) = re.findall(r"```yaml\n(.*?)```", page.read_text(), re.DOTALL)
    bundle = changed_bundle(
        tmp_path / "bundle", (FILE, "entitlements:\n", f"entitlements:\n{indent(shown, '  ')}")
    )
    assert bundle.entitlements[shown.partition(":")[0]]


def test_a_static_secret_is_never_written_nor_confirmed_at_a_target(tmp_path: Path) -> None:
    path = "kv/data/shared\n      static: true\n      parameters: {a: b}"
    writing, confirming = problems(tmp_path, path)
    assert "with parameters the call would overwrite it — remove it" in writing
    assert "no login of its own whose end a target could confirm — remove it" in confirming


@pytest.mark.parametrize("name", sorted(name for name, one in ENGINES.items() if not one.never))
def test_every_engine_can_say_where_its_credentials_are_made(name: str) -> None:
    engine = ENGINES[name]
    assert engine.makes_at(f"a-mount/{engine.verbs[0]}/a-role")
    assert engine.static or not engine.makes_at("a-mount/data/a-secret")
    assert not engine.makes_at("a-mount/metadata/a-secret")
    assert not engine.makes_at(f"{engine.verbs[0]}/a-role"), "without a mount"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("database", {"data": {"password": "p"}}),
        ("ssh", {"key": "a one-time password", "key_type": "otp"}),
        ("pki", {"ciphertext": "vault:v1:"}),
        ("pki", {"certificate": "…", "expiration": "soon"}),
        ("kubernetes", {"service_account_token": "no.token"}),
        ("kubernetes", {"service_account_token": "a.bm90IGpzb24.c"}),
        ("aws", {"access_key": "A", "security_token": "of STS"}),
        ("rabbitmq", {"password": "p"}),
        ("ldap", {"distinguished_names": []}),
        ("kv", {"api_key": "of version 1"}),
    ],
)
def test_an_answer_of_another_kind_is_never_taken_for_a_credential(name: str, data: dict[str, str]) -> None:
    with pytest.raises(Unfit):
        ENGINES[name].read(data)


def _table() -> dict[str, list[str]]:
    """The cells of docs/engines.md, by the engine's name."""
    page = (Path(__file__).parents[2] / "docs" / "engines.md").read_text()
    rows = (line.split("|")[1:-1] for line in page.splitlines() if line.startswith("| `"))
    return {cells[0].strip(" `"): [cell.strip() for cell in cells] for cells in rows}


SESSIONS = {"closed": "closed", "continue": "continue", "none": "none"}


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_the_docs_say_of_every_engine_what_it_says_of_itself(name: str) -> None:
    engine, (_, _, early, _, until, sessions, _) = ENGINES[name], _table()[name]
    if engine.never:
        assert early.startswith("never given")
        return
    assert early.startswith("yes" if engine.revocable else "**no**")
    assert sessions.startswith(SESSIONS[engine.sessions])
    assert bool(until.strip("–")) == (not engine.revocable)
    assert f"{engine.grace} s" in until or engine.revocable or engine.static
