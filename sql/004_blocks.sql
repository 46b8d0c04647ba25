-- Who may not take part, or is watched. Runs on MySQL 8.4 and MariaDB 10.11.

CREATE TABLE blocks (
  buyer      VARCHAR(128)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- the risk, 1 to 100; from a number of the door's (nginx/tunables.conf) on it is a block
  score      TINYINT UNSIGNED NOT NULL,
  reason     VARCHAR(500)     NOT NULL DEFAULT '',
  created_at DATETIME(3)      NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (buyer),
  CONSTRAINT score_is_risk CHECK (score BETWEEN 1 AND 100)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
