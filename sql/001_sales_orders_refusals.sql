-- MySQL is the only authority for who owns a unit. Runs on MySQL 8.4 and MariaDB 10.11.
-- Times are UTC. Money is whole cents. Buyers are visible ASCII, compared byte by byte.

CREATE TABLE sales (
  id                INT UNSIGNED    NOT NULL AUTO_INCREMENT PRIMARY KEY,
  title             VARCHAR(200)    CHARACTER SET utf8mb4 NOT NULL,
  price_cents       BIGINT UNSIGNED NOT NULL,
  currency          CHAR(3)         CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  stock             INT UNSIGNED    NOT NULL,
  -- units held or sold: the sum of orders.quantity over live orders
  sold              INT UNSIGNED    NOT NULL DEFAULT 0,
  per_user          INT UNSIGNED    NOT NULL DEFAULT 1,
  standby           INT UNSIGNED    NOT NULL,
  -- both NULL: auto
  release_batch     INT UNSIGNED    NULL,
  release_every_ms  INT UNSIGNED    NULL,
  pay_within_s      INT UNSIGNED    NOT NULL,
  challenge         ENUM('none','captcha','quiz','pow') NOT NULL DEFAULT 'none',
  opens_at          DATETIME(3)     NOT NULL,
  closes_at         DATETIME(3)     NOT NULL,
  phase             ENUM('draft','published','paused','closed','settled') NOT NULL DEFAULT 'draft',
  -- a life of the sale's keys in Redis; a rebuild raises it under this row's lock
  epoch             INT UNSIGNED    NOT NULL DEFAULT 0,
  -- ticket numbers are leased to Redis in blocks, so that none is handed out twice even when Redis forgets
  numbers_leased    BIGINT UNSIGNED NOT NULL DEFAULT 0,
  tickets_expire_at DATETIME(3)     NOT NULL,
  created_at        DATETIME(3)     NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  CONSTRAINT sold_within_stock CHECK (sold <= stock),
  CONSTRAINT closes_after_opening CHECK (closes_at > opens_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- One row for each ticket that won a unit. (sale_id, number) is the ticket.
CREATE TABLE orders (
  sale_id      INT UNSIGNED    NOT NULL,
  number       BIGINT UNSIGNED NOT NULL,
  buyer        VARCHAR(128)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  quantity     INT UNSIGNED    NOT NULL,
  amount_cents BIGINT UNSIGNED NOT NULL,
  currency     CHAR(3)         CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state        ENUM('awaiting_payment','expiring','paid','expired','cancelled','refunding','refunded') NOT NULL,
  -- 1 while the order holds or owns its units, else NULL: the unique key lets a buyer hold one order a sale
  live         TINYINT UNSIGNED AS (IF(state IN ('awaiting_payment','expiring','paid'), 1, NULL)) STORED,
  pay_by       DATETIME(3)     NOT NULL,
  released_at  DATETIME(3)     NOT NULL,
  created_at   DATETIME(3)     NOT NULL,
  PRIMARY KEY (sale_id, number),
  UNIQUE KEY one_live_order (buyer, sale_id, live),
  KEY unpaid (state, pay_by),
  CONSTRAINT orders_sale FOREIGN KEY (sale_id) REFERENCES sales (id),
  CONSTRAINT some_quantity CHECK (quantity > 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- One row for each ticket that ended without a unit, with the reason.
CREATE TABLE refusals (
  sale_id    INT UNSIGNED    NOT NULL,
  number     BIGINT UNSIGNED NOT NULL,
  buyer      VARCHAR(128)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  quantity   INT UNSIGNED    NOT NULL,
  state      ENUM('sold_out','duplicate','left','closed') NOT NULL,
  created_at DATETIME(3)     NOT NULL,
  PRIMARY KEY (sale_id, number),
  CONSTRAINT refusals_sale FOREIGN KEY (sale_id) REFERENCES sales (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Where each epoch of a sale begins to count its tickets: numbers never repeat across epochs.
CREATE TABLE epochs (
  sale_id      INT UNSIGNED    NOT NULL,
  epoch        INT UNSIGNED    NOT NULL,
  first_number BIGINT UNSIGNED NOT NULL,
  -- the highest number known to be handed out when the epoch ended; NULL while it lives, or when Redis forgot it
  last_number  BIGINT UNSIGNED NULL,
  created_at   DATETIME(3)     NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (sale_id, epoch),
  CONSTRAINT epochs_sale FOREIGN KEY (sale_id) REFERENCES sales (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
