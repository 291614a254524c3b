#!/bin/sh
# Run once by PostgreSQL's image on an empty volume, as the owner of the database (POSTGRES_USER).
# Creates the role that Daypass runs as. It owns nothing; `daypass migrate --grant-to daypass` gives it only
# what it needs.
set -eu

psql --set ON_ERROR_STOP=1 --set password="$DAYPASS_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE daypass LOGIN PASSWORD :'password';
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()) \gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO daypass', current_database()) \gexec
SQL
