-- Closes sessions without a valid login every two seconds, even while Vault and Daypass are down. Run it under
-- something that restarts it, such as a systemd service with Restart=always:
--
--   psql "host=warehouse.example dbname=warehouse user=daypass_reaper sslmode=verify-full" -f warehouse-reaper.sql
--
-- With pg_cron 1.5 or newer, this does the same:
--
--   SELECT cron.schedule('daypass-reaper', '2 seconds', 'SELECT daypass.end_leftovers()');

\set ON_ERROR_STOP on
\pset tuples_only on
SELECT session, login FROM daypass.end_leftovers()
\watch interval=2
