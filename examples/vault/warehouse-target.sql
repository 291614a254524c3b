-- Ends a login of the warehouse and confirms it. Run it once, as a superuser, in the database that Vault creates
-- logins in; then set the two logins' passwords:
--
--   psql -d warehouse -f warehouse-target.sql
--   psql -d warehouse -c '\password daypass_confirm'
--
-- Replace `openbao` below with the login that Vault creates and drops logins with. PostgreSQL 16 or newer.

CREATE SCHEMA daypass;
GRANT USAGE ON SCHEMA daypass TO openbao;

-- Vault calls this to revoke a login (revocation_statements). It works at any point, also if the login is half
-- ended or gone. It first commits the lock, then closes sessions until none is left, then drops the login. If that
-- takes longer than some seconds, it fails: Vault keeps the lease and retries, and the login stays locked.
CREATE PROCEDURE daypass.end_login(login text) LANGUAGE plpgsql AS $$
DECLARE
  deadline timestamptz := clock_timestamp() + interval '3 seconds';
BEGIN
  LOOP
    BEGIN
      PERFORM daypass.lock_login(login);
      EXIT;
    EXCEPTION WHEN lock_not_available OR internal_error THEN
      -- A session of the login holds its row (ALTER ROLE … PASSWORD in an open transaction).
      IF clock_timestamp() > deadline THEN RAISE; END IF;
      PERFORM daypass.end_sessions(login);
    END;
  END LOOP;
  COMMIT;

  WHILE daypass.end_sessions(login) > 0 LOOP
    IF clock_timestamp() > deadline THEN
      RAISE 'sessions of % are still open seconds after they were told to end', login;
    END IF;
    PERFORM pg_sleep(0.01);
  END LOOP;

  IF EXISTS (SELECT FROM pg_roles WHERE rolname = login) THEN
    SET LOCAL lock_timeout = '2s';
    EXECUTE format('DROP OWNED BY %I', login);
    EXECUTE format('DROP ROLE %I', login);
  END IF;
END $$;

-- Prevent new logins, and take the rights of open sessions.
CREATE FUNCTION daypass.lock_login(login text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  membership text;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = login) THEN RETURN; END IF;
  SET LOCAL lock_timeout = '200ms';
  EXECUTE format('ALTER ROLE %I NOLOGIN', login);
  FOR membership IN
    SELECT pg_get_userbyid(roleid) FROM pg_auth_members
    WHERE pg_get_userbyid(member) = login AND pg_get_userbyid(grantor) = current_user
  LOOP
    EXECUTE format('REVOKE %I FROM %I', membership, login);
  END LOOP;
END $$;

-- Tell each session of the login to end, and return how many there were.
CREATE FUNCTION daypass.end_sessions(login text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  told bigint;
BEGIN
  PERFORM pg_stat_clear_snapshot();
  SELECT count(pg_terminate_backend(pid)) INTO told FROM pg_stat_activity WHERE usename = login;
  RETURN told;
END $$;

REVOKE ALL ON ALL ROUTINES IN SCHEMA daypass FROM PUBLIC;
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA daypass TO openbao;

-- The functions below can close sessions, and are called by logins that can do nothing else.
CREATE ROLE daypass_warden NOLOGIN IN ROLE pg_signal_backend;

-- Closes sessions without a valid login: of a login that is gone, or, among Vault's logins (v-…), of one that is
-- locked or past its VALID UNTIL. Returns what is left after two seconds, and any session of the logins `asked_for`.
CREATE FUNCTION daypass.end_leftovers(VARIADIC asked_for text[] DEFAULT '{}')
RETURNS TABLE (session integer, login text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  deadline timestamptz := clock_timestamp() + interval '2 seconds';
BEGIN
  LOOP
    PERFORM pg_stat_clear_snapshot();
    PERFORM pg_terminate_backend(pid) FROM daypass.leftovers;
    EXIT WHEN NOT FOUND OR clock_timestamp() > deadline;
    PERFORM pg_sleep(0.02);
  END LOOP;
  RETURN QUERY
    SELECT a.pid, coalesce(a.usename::text, 'a login that is gone')
    FROM pg_stat_activity a
    WHERE a.usename = ANY (asked_for) OR a.pid IN (SELECT pid FROM daypass.leftovers);
END $$;

CREATE VIEW daypass.leftovers AS
  SELECT a.pid
  FROM pg_stat_activity a LEFT JOIN pg_roles r ON r.oid = a.usesysid
  WHERE a.usesysid IS NOT NULL
    AND (r.oid IS NULL OR r.rolname LIKE 'v-%' AND (NOT r.rolcanlogin OR r.rolvaliduntil <= clock_timestamp()));

-- Says whether the database still has the login.
CREATE FUNCTION daypass.login_exists(asked_for text) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN EXISTS (SELECT FROM pg_roles WHERE rolname = asked_for);

GRANT USAGE ON SCHEMA daypass TO daypass_warden;
GRANT SELECT ON daypass.leftovers TO daypass_warden;
ALTER FUNCTION daypass.end_leftovers OWNER TO daypass_warden;
ALTER FUNCTION daypass.login_exists OWNER TO daypass_warden;
REVOKE ALL ON FUNCTION daypass.end_leftovers, daypass.login_exists FROM PUBLIC;

-- Daypass's own login here (DAYPASS_TARGETS), and the reaper's, for when Vault and Daypass are down.
CREATE ROLE daypass_confirm LOGIN CONNECTION LIMIT 20;
CREATE ROLE daypass_reaper LOGIN CONNECTION LIMIT 2;
GRANT CONNECT ON DATABASE warehouse TO daypass_confirm, daypass_reaper;
GRANT USAGE ON SCHEMA daypass TO daypass_confirm, daypass_reaper;
GRANT EXECUTE ON FUNCTION daypass.end_leftovers TO daypass_confirm, daypass_reaper;
GRANT EXECUTE ON FUNCTION daypass.login_exists TO daypass_confirm;
