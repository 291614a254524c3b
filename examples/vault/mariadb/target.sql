-- Ends a login of MariaDB and confirms it. Run it once, as an administrator; then set the login's password:
--
--   mariadb < target.sql
--   mariadb -e "ALTER USER daypass_confirm IDENTIFIED BY '…'"
--
-- Replace `openbao` below with the login that Vault creates and drops logins with. MariaDB 10.6 or newer. For MySQL 8,
-- write CONNECTION_ADMIN for CONNECTION ADMIN (not tested there).

CREATE DATABASE daypass;

-- The procedures below act with this login's rights. Nobody can log in as it.
CREATE USER daypass_warden@localhost ACCOUNT LOCK;
GRANT CREATE USER, PROCESS, CONNECTION ADMIN ON *.* TO daypass_warden@localhost;
GRANT SELECT ON mysql.user TO daypass_warden@localhost;
GRANT EXECUTE ON daypass.* TO daypass_warden@localhost;

DELIMITER //

-- Vault calls this to revoke a login (revocation_statements). It works at any point, also if the login is half ended or
-- gone. It locks the login first, then closes sessions until none is left, then drops the login. If that takes longer
-- than some seconds, it fails: Vault keeps the lease and retries, and the login stays locked.
CREATE DEFINER = daypass_warden@localhost PROCEDURE daypass.end_login(IN login VARCHAR(80))
SQL SECURITY DEFINER
BEGIN
  DECLARE deadline DATETIME(3) DEFAULT SYSDATE(3) + INTERVAL 3 SECOND;
  DECLARE still_open INT DEFAULT 1;

  IF login NOT LIKE 'v-%' THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'only logins that Vault created can be ended';
  END IF;

  EXECUTE IMMEDIATE CONCAT('ALTER USER IF EXISTS ', QUOTE(login), '@''%'' ACCOUNT LOCK');

  WHILE still_open > 0 DO
    CALL daypass.close_sessions(login, still_open);
    IF still_open > 0 THEN
      IF SYSDATE(3) > deadline THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'sessions are still open seconds after they were told to end';
      END IF;
      DO SLEEP(0.01);
    END IF;
  END WHILE;

  EXECUTE IMMEDIATE CONCAT('DROP USER IF EXISTS ', QUOTE(login), '@''%''');
END //

-- Tells each session of the login to end, and says how many there were.
CREATE DEFINER = daypass_warden@localhost PROCEDURE daypass.close_sessions(IN login VARCHAR(80), OUT told INT)
SQL SECURITY DEFINER
BEGIN
  DECLARE one BIGINT;
  DECLARE finished BOOLEAN DEFAULT FALSE;
  DECLARE sessions CURSOR FOR SELECT id FROM information_schema.processlist WHERE user = login;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET finished = TRUE;
  DECLARE CONTINUE HANDLER FOR 1094 BEGIN END; -- it went by itself

  SET told = 0;
  OPEN sessions;
  FETCH sessions INTO one;
  WHILE NOT finished DO
    SET told = told + 1;
    KILL CONNECTION one;
    FETCH sessions INTO one;
  END WHILE;
  CLOSE sessions;
END //

-- Daypass calls this to confirm an end. Closes sessions of logins of Vault's (v-…) that are gone; then says what is left
-- after two seconds: each session of these logins, and a 0 for each login that is still there. Names stand between commas.
CREATE DEFINER = daypass_warden@localhost PROCEDURE daypass.end_leftovers(IN asked_for VARCHAR(4096))
SQL SECURITY DEFINER
BEGIN
  DECLARE deadline DATETIME(3) DEFAULT SYSDATE(3) + INTERVAL 2 SECOND;
  DECLARE ended VARCHAR(80);
  DECLARE told INT;

  leftovers: LOOP
    SET ended = (
      SELECT MIN(p.user) FROM information_schema.processlist p
      WHERE p.user LIKE 'v-%' AND NOT EXISTS (SELECT 1 FROM mysql.user u WHERE u.user = p.user)
    );
    IF ended IS NULL OR SYSDATE(3) > deadline THEN LEAVE leftovers; END IF;
    CALL daypass.close_sessions(ended, told);
    DO SLEEP(0.02);
  END LOOP;

  SELECT p.id AS session, p.user AS login FROM information_schema.processlist p WHERE FIND_IN_SET(p.user, asked_for)
  UNION ALL
  SELECT 0, u.user FROM mysql.user u WHERE FIND_IN_SET(u.user, asked_for);
END //

DELIMITER ;

GRANT EXECUTE ON PROCEDURE daypass.end_login TO openbao;

-- Daypass's own login here (DAYPASS_TARGETS). It can call this one procedure and read nothing.
CREATE USER daypass_confirm;
GRANT EXECUTE ON PROCEDURE daypass.end_leftovers TO daypass_confirm;
