-- The shop's inventory, and what sales take out of it and give back. Runs on MySQL 8.4 and MariaDB 10.11.

-- What the shop has in its own shelves: the units that no sale has.
CREATE TABLE shop_inventory (
  sku        VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  title      VARCHAR(200) CHARACTER SET utf8mb4 NOT NULL,
  -- always the sum of the article's moves, and never below zero
  on_hand    BIGINT       NOT NULL DEFAULT 0,
  created_at DATETIME(3)  NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  CONSTRAINT nothing_lent CHECK (on_hand >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- NULL: a sale without an inventory behind it.
ALTER TABLE sales
  ADD COLUMN sku VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  -- a rehearsal: its stock is a shadow, buyers are not told of it
  ADD COLUMN rehearsal_of INT UNSIGNED NULL,
  ADD CONSTRAINT sales_sku FOREIGN KEY (sku) REFERENCES shop_inventory (sku),
  ADD CONSTRAINT sales_rehearsal FOREIGN KEY (rehearsal_of) REFERENCES sales (id),
  ADD CONSTRAINT rehearsals_have_no_sku CHECK (rehearsal_of IS NULL OR sku IS NULL);

-- Every change of on_hand, in the transaction that makes it. Rows are never changed nor deleted.
CREATE TABLE inventory_moves (
  id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  sku        VARCHAR(64)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- NULL: units that came into the shop
  sale_id    INT UNSIGNED    NULL,
  -- what on_hand changed by: more than 0 into the shop, less than 0 out of it into a sale
  units      BIGINT          NOT NULL,
  -- received: came into the shop. registered: out, with the new sale. raised, lowered: out, in, as the sale's stock was
  -- changed. settled: in, what the sale did not sell. returned: in, what came back after that.
  reason     ENUM('received','registered','raised','lowered','settled','returned') NOT NULL,
  -- 1 for what happens to a sale once: the unique key is what makes a second time impossible
  once       TINYINT UNSIGNED AS (IF(reason IN ('registered','settled'), 1, NULL)) STORED,
  created_at DATETIME(3)     NOT NULL,
  KEY of_article (sku),
  UNIQUE KEY once_a_sale (sale_id, reason, once),
  CONSTRAINT moves_article FOREIGN KEY (sku) REFERENCES shop_inventory (sku),
  CONSTRAINT moves_sale FOREIGN KEY (sale_id) REFERENCES sales (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
