-- Who may run sales, and what they did. Runs on MySQL 8.4 and MariaDB 10.11. Where the server writes a binary log and our
-- user has no SUPER right, the triggers need log_bin_trust_function_creators = 1.

CREATE TABLE operators (
  name        VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  -- viewer: may look. operator: may change
  role        ENUM('viewer','operator') NOT NULL,
  -- scrypt with its parameters and salt: scrypt$N$r$p$salt$hash
  password    VARCHAR(300) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- rises with whatever ends all sessions of this operator: signing out, a new password, being disabled
  generation  INT UNSIGNED NOT NULL DEFAULT 1,
  disabled_at DATETIME(3)  NULL,
  created_at  DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Everything that people did or tried, through the console or the command line. Rows are only ever added.
CREATE TABLE actions (
  id           BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  at           DATETIME(3)     NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  -- an operator's name; cli:USER for the command line; program where nobody said who
  who          VARCHAR(100)    NOT NULL,
  role         VARCHAR(20)     CHARACTER SET ascii COLLATE ascii_bin NULL,
  -- NOUN.VERB, such as sale.pause
  action       VARCHAR(60)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sale_id      INT UNSIGNED    NULL,
  -- what was changed where it is not the sale itself: a buyer, a switch, an operator
  target       VARCHAR(200)    NULL,
  -- JSON; NULL where there was nothing before, or is nothing after
  value_before MEDIUMTEXT      NULL,
  value_after  MEDIUMTEXT      NULL,
  reason       VARCHAR(500)    NULL,
  request_id   VARCHAR(100)    CHARACTER SET ascii COLLATE ascii_bin NULL,
  address      VARCHAR(45)     CHARACTER SET ascii COLLATE ascii_bin NULL,
  KEY of_sale (sale_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TRIGGER actions_keep BEFORE UPDATE ON actions FOR EACH ROW
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'actions are only ever added, never changed';

CREATE TRIGGER actions_stay BEFORE DELETE ON actions FOR EACH ROW
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'actions are only ever added, never removed';

-- Raised by every change that people make to a sale, so that nobody changes what they have not seen.
ALTER TABLE sales ADD COLUMN version INT UNSIGNED NOT NULL DEFAULT 1;
