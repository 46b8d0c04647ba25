-- Settling a sale, telling the shop, and what happened on the way. Runs on MySQL 8.4 and MariaDB 10.11.

-- One row for each settled sale: the key is what makes a second settlement impossible.
CREATE TABLE settlements (
  sale_id      INT UNSIGNED    NOT NULL PRIMARY KEY,
  stock        INT UNSIGNED    NOT NULL,
  paid_units   INT UNSIGNED    NOT NULL,
  -- merged back into the shop's inventory, where the sale has a SKU
  units_back   INT UNSIGNED    NOT NULL,
  -- paid orders, and what they brought in
  orders       INT UNSIGNED    NOT NULL,
  amount_cents BIGINT UNSIGNED NOT NULL,
  settled_by   VARCHAR(100)    CHARACTER SET utf8mb4 NOT NULL,
  settled_at   DATETIME(3)     NOT NULL,
  CONSTRAINT settlements_sale FOREIGN KEY (sale_id) REFERENCES sales (id),
  CONSTRAINT every_unit_settled CHECK (paid_units + units_back = stock)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- What the shop's order system has to be told, written in the transaction that makes it true, and sent by the workers
-- until it is confirmed. An order is told of once: paid, with the settlement; or, after that, money of an order that had
-- ended, which came late and went back.
CREATE TABLE outbox (
  sale_id      INT UNSIGNED    NOT NULL,
  number       BIGINT UNSIGNED NOT NULL,
  kind         ENUM('paid','refunded') NOT NULL,
  sku          VARCHAR(64)     CHARACTER SET ascii COLLATE ascii_bin NULL,
  buyer        VARCHAR(128)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  quantity     INT UNSIGNED    NOT NULL,
  amount_cents BIGINT UNSIGNED NOT NULL,
  currency     CHAR(3)         CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- when it was paid, or refunded
  happened_at  DATETIME(3)     NOT NULL,
  created_at   DATETIME(3)     NOT NULL,
  -- NULL until RabbitMQ has confirmed it
  sent_at      DATETIME(3)     NULL,
  PRIMARY KEY (sale_id, number),
  KEY unsent (sent_at, created_at),
  CONSTRAINT outbox_order FOREIGN KEY (sale_id, number) REFERENCES orders (sale_id, number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- The order system of the sandbox shop: each message has its effect once. No part of Sluice reads or writes it.
CREATE TABLE shop_orders (
  message_id   VARCHAR(64)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  kind         ENUM('paid','refunded') NOT NULL,
  sku          VARCHAR(64)     CHARACTER SET ascii COLLATE ascii_bin NULL,
  buyer        VARCHAR(128)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  quantity     INT UNSIGNED    NOT NULL,
  amount_cents BIGINT UNSIGNED NOT NULL,
  currency     CHAR(3)         CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  happened_at  DATETIME(3)     NOT NULL,
  -- how often the message came
  deliveries   INT UNSIGNED    NOT NULL DEFAULT 1,
  received_at  DATETIME(3)     NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Rare things that happened: repairs, parked tickets, epochs, levels, settlements. No foreign key: noting something must
-- not wait for the lock of the sale's row.
CREATE TABLE events (
  id      BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  -- NULL: about no single sale
  sale_id INT UNSIGNED    NULL,
  at      DATETIME(3)     NOT NULL,
  kind    VARCHAR(40)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  who     VARCHAR(100)    CHARACTER SET utf8mb4 NOT NULL,
  detail  VARCHAR(500)    CHARACTER SET utf8mb4 NOT NULL,
  KEY of_sale (sale_id, at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
