-- Ends every two seconds what nobody has a right to at the warehouse, also with Vault and Daypass dead. Run it
-- under something that starts it again when it ends, such as a systemd service with Restart=always:
--
--   psql "host=warehouse.example dbname=warehouse user=daypass_reaper sslmode=verify-full" -f warehouse-reaper.sql
--
-- Where the database has pg_cron 1.5 or newer, this does the same:
--
--   SELECT cron.schedule('daypass-reaper', '2 seconds', 'SELECT daypass.end_leftovers()');

\set ON_ERROR_STOP on
\pset tuples_only on
SELECT session, login FROM daypass.end_leftovers()
\watch interval=2
