-- A draft that is discarded: it can not be published any more, and its units are the shop's again. The row stays, since the
-- moves of the inventory and the record of actions name it. Runs on MySQL 8.4 and MariaDB 10.11.

ALTER TABLE sales
  MODIFY COLUMN phase ENUM('draft','published','paused','closed','settled','discarded') NOT NULL DEFAULT 'draft';

-- discarded: in, the whole stock of a draft; once a sale, as registering and settling.
ALTER TABLE inventory_moves
  MODIFY COLUMN reason ENUM('received','registered','raised','lowered','settled','returned','discarded') NOT NULL,
  MODIFY COLUMN once TINYINT UNSIGNED AS (IF(reason IN ('registered','settled','discarded'), 1, NULL)) STORED;
