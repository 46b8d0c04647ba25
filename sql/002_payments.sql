-- Payment, expiry and restore. Runs on MySQL 8.4 and MariaDB 10.11.

ALTER TABLE sales
  -- when units are taken: at the order (with expiry), at the payment, or at the order for a short hold that opening a
  -- payment prolongs
  ADD COLUMN deduct ENUM('order','payment','hold') NOT NULL DEFAULT 'order',
  -- how long an order is held before its buyer opens a payment; only with deduct = 'hold'
  ADD COLUMN hold_s INT UNSIGNED NULL,
  -- units of sold that are paid: when all are, none can come back
  ADD COLUMN paid INT UNSIGNED NOT NULL DEFAULT 0,
  ADD CONSTRAINT paid_within_sold CHECK (paid <= sold);

ALTER TABLE orders
  -- rises with every change of state: what is told of an order never goes backwards
  ADD COLUMN version INT UNSIGNED NOT NULL DEFAULT 1,
  -- whether its units are taken only by the payment (a copy of sales.deduct = 'payment')
  ADD COLUMN takes_when_paid TINYINT UNSIGNED NOT NULL DEFAULT 0,
  -- units held or sold by this order; sales.sold is their sum
  ADD COLUMN units INT UNSIGNED AS (
    IF(state = 'paid' OR (takes_when_paid = 0 AND state IN ('awaiting_payment','expiring')), quantity, 0)
  ) STORED,
  ADD COLUMN updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  ADD KEY changed (sale_id, updated_at);

-- The one payment of an order, opened at the provider under the ID "SALE-NUMBER".
CREATE TABLE payments (
  sale_id      INT UNSIGNED    NOT NULL,
  number       BIGINT UNSIGNED NOT NULL,
  amount_cents BIGINT UNSIGNED NOT NULL,
  currency     CHAR(3)         CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  -- opening: written before the provider is asked. open: the provider has it. succeeded: the money is in.
  -- void: it can not succeed any more. refunding, refunded: the money goes, went back.
  state        ENUM('opening','open','succeeded','void','refunding','refunded') NOT NULL,
  pay_url      VARCHAR(500)    CHARACTER SET ascii COLLATE ascii_bin NULL,
  -- when to ask the provider next, for what is not settled
  ask_at       DATETIME(3)     NULL,
  asked        INT UNSIGNED    NOT NULL DEFAULT 0,
  created_at   DATETIME(3)     NOT NULL,
  updated_at   DATETIME(3)     NOT NULL,
  PRIMARY KEY (sale_id, number),
  KEY to_ask (ask_at),
  CONSTRAINT payments_order FOREIGN KEY (sale_id, number) REFERENCES orders (sale_id, number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Every event of the provider that changed something, once: it is written in the same transaction.
CREATE TABLE payment_events (
  event_id    VARCHAR(100)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  sale_id     INT UNSIGNED    NOT NULL,
  number      BIGINT UNSIGNED NOT NULL,
  kind        VARCHAR(40)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  received_at DATETIME(3)     NOT NULL,
  CONSTRAINT payment_events_order FOREIGN KEY (sale_id, number) REFERENCES orders (sale_id, number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Units that an order gave back, once: the key is what makes a second restore impossible.
CREATE TABLE restores (
  sale_id    INT UNSIGNED    NOT NULL,
  number     BIGINT UNSIGNED NOT NULL,
  quantity   INT UNSIGNED    NOT NULL,
  reason     ENUM('expired','cancelled') NOT NULL,
  created_at DATETIME(3)     NOT NULL,
  PRIMARY KEY (sale_id, number),
  CONSTRAINT restores_order FOREIGN KEY (sale_id, number) REFERENCES orders (sale_id, number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
