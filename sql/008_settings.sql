-- Every change of a live setting (contract/settings.ts). The newest row of a setting is its value; rows are never changed.
CREATE TABLE settings (
  name         VARCHAR(60)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- counts the changes of this setting, without a gap
  version      INT UNSIGNED NOT NULL,
  -- a number as text, or 'default': the start value of each process counts
  value_before VARCHAR(40)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  value_after  VARCHAR(40)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  who          VARCHAR(100) CHARACTER SET utf8mb4 NOT NULL,
  reason       VARCHAR(200) CHARACTER SET utf8mb4 NOT NULL,
  changed_at   DATETIME(3)  NOT NULL,
  PRIMARY KEY (name, version),
  KEY newest (changed_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
