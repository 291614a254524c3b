"""The demo's feature warehouse: a believable machine learning data set, and who may touch what.

Everything is computed from row numbers, so every run has the same rows.
"""

from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from bot.demo.postgres import Postgres
from bot.demo.servers import new_password

DATABASE = "warehouse"
EXAMPLES = Path(__file__).parents[2] / "examples" / "vault"

_FEATURES = """
CREATE SCHEMA features;

CREATE TABLE features.users AS
SELECT i AS user_id,
       date '2024-01-01' + (i * 37 % 900) AS signup_date,
       (ARRAY['DE','FR','GB','IN','JP','NL','US','BR'])[1 + i * 11 % 8] AS country,
       (ARRAY['free','free','free','plus','family'])[1 + i * 7 % 5] AS plan,
       i * 13 % 22 AS sessions_7d,
       i * 13 % 22 * 3 + i * 5 % 17 AS sessions_28d,
       round((i * 7919 % 20000 / 10.0)::numeric, 1) AS listen_minutes_28d,
       round((i * 104729 % 1000 / 1000.0)::numeric, 3) AS skip_rate_28d
FROM generate_series(1, 3000) AS i;
ALTER TABLE features.users ADD PRIMARY KEY (user_id);
COMMENT ON TABLE features.users IS 'One row a user, refreshed nightly by job user_features.';

CREATE TABLE features.sessions AS
SELECT i AS session_id,
       1 + i * 31 % 3000 AS user_id,
       timestamptz '2026-01-05 06:00+00' + i * interval '97 seconds' AS started_at,
       20 + i * 409 % 5400 AS seconds,
       (ARRAY['ios','android','web','tv'])[1 + i * 3 % 4] AS device,
       i * 17 % 40 AS tracks_played
FROM generate_series(1, 8000) AS i;
CREATE INDEX ON features.sessions (user_id);

CREATE TABLE features.ranking AS
SELECT i AS item_id,
       (ARRAY['podcast','track','album','playlist'])[1 + i * 5 % 4] AS kind,
       round((i * 6151 % 900 / 10000.0)::numeric, 4) AS ctr_7d,
       round((i * 3571 % 2400 / 10.0)::numeric, 1) AS dwell_seconds_7d,
       i * 53 % 720 AS age_hours,
       ARRAY[i * 19 % 200 - 100, i * 23 % 200 - 100, i * 29 % 200 - 100]::real[] AS embedding_head
FROM generate_series(1, 4000) AS i;
ALTER TABLE features.ranking ADD PRIMARY KEY (item_id);
"""

_PREDICTIONS = """
CREATE SCHEMA predictions;

CREATE TABLE predictions.churn AS
SELECT i AS user_id,
       'churn-gbm' AS model,
       (ARRAY['41','42'])[1 + i % 2] AS version,
       round((i * 7907 % 1000 / 1000.0)::numeric, 3) AS score,
       timestamptz '2026-01-12 02:15+00' AS scored_at
FROM generate_series(1, 3000) AS i;

CREATE TABLE predictions.ranker_daily AS
SELECT date '2025-12-01' + i / 2 AS day,
       (ARRAY['17','18'])[1 + i % 2] AS version,
       round((0.38 + i % 2 * 0.013 + i * 37 % 20 / 2000.0)::numeric, 4) AS ndcg_at_10,
       400000 + i * 7919 % 90000 AS impressions
FROM generate_series(0, 83) AS i;
"""

_PII = """
CREATE SCHEMA pii;

CREATE TABLE pii.customers AS
SELECT i AS user_id,
       (ARRAY['Ada','Noor','Jun','Mira','Tomas','Ines','Kofi','Lena'])[1 + i * 3 % 8] || ' '
         || (ARRAY['Okafor','Silva','Tanaka','Moreau','Novak','Haddad','Berg','Rao'])[1 + i * 5 % 8] AS full_name,
       'customer' || i || '@example.com' AS email,
       '+1 555 01' || lpad((i % 100)::text, 2, '0') AS phone,
       date '1955-01-01' + (i * 811 % 18000) AS birth_date
FROM generate_series(1, 3000) AS i;
ALTER TABLE pii.customers ADD PRIMARY KEY (user_id);
"""

_SAMPLE = """
CREATE SCHEMA sample;

CREATE TABLE sample.customers AS
SELECT i AS user_id,
       'Customer ' || i AS full_name,
       'sample' || i || '@example.com' AS email,
       date '1960-01-01' + (i * 409 % 16000) AS birth_date
FROM generate_series(1, 1000) AS i;
CREATE TABLE sample.users AS SELECT * FROM features.users WHERE user_id <= 1000;
CREATE TABLE sample.sessions AS SELECT * FROM features.sessions WHERE user_id <= 1000;
"""

_RIGHTS = """
REVOKE ALL ON DATABASE warehouse FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;

CREATE ROLE features_read NOLOGIN;
GRANT CONNECT ON DATABASE warehouse TO features_read;
GRANT USAGE ON SCHEMA features, predictions TO features_read;
GRANT SELECT ON ALL TABLES IN SCHEMA features, predictions TO features_read;

CREATE ROLE features_write NOLOGIN IN ROLE features_read;
GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA features TO features_write;

CREATE ROLE pii_read NOLOGIN;
GRANT CONNECT ON DATABASE warehouse TO pii_read;
GRANT USAGE ON SCHEMA pii TO pii_read;
GRANT SELECT ON ALL TABLES IN SCHEMA pii TO pii_read;

CREATE ROLE sample_read NOLOGIN;
GRANT CONNECT ON DATABASE warehouse TO sample_read;
GRANT USAGE ON SCHEMA sample TO sample_read;
GRANT SELECT ON ALL TABLES IN SCHEMA sample TO sample_read;

GRANT features_read, features_write, pii_read, sample_read TO openbao WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;
"""


@dataclass(frozen=True)
class Warehouse:
    """The warehouse's address, and three logins: Vault makes and drops roles with `manager`'s, Daypass confirms
    with `confirmer`'s that they are gone, and `reaper`'s ends what is left with both away."""

    postgres: Postgres
    manager: str = "openbao"
    confirmer: str = "daypass_confirm"
    reaper: str = "daypass_reaper"
    manager_password: str = field(default="", repr=False)
    confirmer_password: str = field(default="", repr=False)
    reaper_password: str = field(default="", repr=False)

    @property
    def url(self) -> str:
        """The administrator's libpq URL."""
        return self.postgres.url(DATABASE)

    @property
    def confirmer_url(self) -> str:
        """The libpq URL with which Daypass confirms at the target."""
        return self.postgres.url(DATABASE, self.confirmer, self.confirmer_password)

    @property
    def reaper_environment(self) -> dict[str, str]:
        """What psql logs in with."""
        return {
            "PGHOST": self.postgres.host,
            "PGPORT": str(self.postgres.port),
            "PGDATABASE": DATABASE,
            "PGUSER": self.reaper,
            "PGPASSWORD": self.reaper_password,
        }

    @property
    def vault_connection_url(self) -> str:
        """As Vault's database engine wants it, name and password left open."""
        where = f"{self.postgres.host}:{self.postgres.port}/{DATABASE}"
        return f"postgresql://{{{{username}}}}:{{{{password}}}}@{where}?sslmode=disable"


def build_warehouse(postgres: Postgres) -> Warehouse:
    """Create the warehouse's database, data and roles on a fresh server; takes about half a second."""
    warehouse = Warehouse(
        postgres,
        manager_password=new_password(),
        confirmer_password=new_password(),
        reaper_password=new_password(),
    )
    postgres.create_database(DATABASE)
    with psycopg.connect(warehouse.url) as connection:
        _create_manager(connection, warehouse)
        for part in (_FEATURES, _PREDICTIONS, _PII, _SAMPLE, _RIGHTS):
            connection.execute(part)
        _prepare_ending(connection, warehouse)
    return warehouse


def _prepare_ending(connection: psycopg.Connection, warehouse: Warehouse) -> None:
    """As an operator would, with the file of examples/vault."""
    connection.execute((EXAMPLES / "warehouse-target.sql").read_bytes())
    for login, password in (
        (warehouse.confirmer, warehouse.confirmer_password),
        (warehouse.reaper, warehouse.reaper_password),
    ):
        statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
        connection.execute(statement.format(sql.Identifier(login), sql.Literal(password)))


def _create_manager(connection: psycopg.Connection, warehouse: Warehouse) -> None:
    """No superuser: it makes roles, hands out four, and inherits from those it made to end their sessions."""
    manager = sql.Identifier(warehouse.manager)
    password = sql.Literal(warehouse.manager_password)
    connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEROLE PASSWORD {}").format(manager, password))
    connection.execute(sql.SQL("ALTER ROLE {} SET createrole_self_grant = 'inherit'").format(manager))
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE warehouse TO {}").format(manager))
