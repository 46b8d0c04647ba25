-- Sessions of the console that were signed out before their time. Runs on MySQL 8.4 and MariaDB 10.11.

CREATE TABLE ended_sessions (
  id      VARCHAR(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  -- when no credential of it is good any more, whatever this table says: then the row may go
  over_at DATETIME(3) NOT NULL,
  KEY age (over_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
