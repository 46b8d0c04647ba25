-- Every change of a feature switch, by people and by the rules on load. The newest row of a switch is its value.
CREATE TABLE switches (
  -- 0: for all sales
  sale_id      INT UNSIGNED NOT NULL,
  name         VARCHAR(40)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- counts the changes of this switch, without a gap
  version      INT UNSIGNED NOT NULL,
  value_before VARCHAR(40)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  value_after  VARCHAR(40)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  who          VARCHAR(100) CHARACTER SET utf8mb4 NOT NULL,
  reason       VARCHAR(200) CHARACTER SET utf8mb4 NOT NULL,
  changed_at   DATETIME(3)  NOT NULL,
  PRIMARY KEY (sale_id, name, version),
  KEY newest (changed_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
