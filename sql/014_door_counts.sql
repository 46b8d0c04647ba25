-- What each door has answered of a sale, as the console last heard it: whole numbers, for the evidence of a sale. A door
-- counts a sale from 0 each time it begins to (it was started anew): each such time is a row, and the sum of all rows is
-- what the doors have counted. Not needed to prove a promise.
CREATE TABLE door_counts (
  sale_id INT UNSIGNED NOT NULL,
  door    VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- when it began to count this sale, and when it last told, by its own clock
  since   DATETIME(3)  NOT NULL,
  at      DATETIME(3)  NOT NULL,
  -- JSON (DoorCounts in contract/reports.ts)
  data    TEXT         CHARACTER SET utf8mb4 NOT NULL,
  PRIMARY KEY (sale_id, door, since),
  CONSTRAINT door_counts_sale FOREIGN KEY (sale_id) REFERENCES sales (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
