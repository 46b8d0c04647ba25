-- Generated from the migrations: do not edit. `npm run -s sluice -- schema dump > sql/schema.sql` writes it,
-- and a test fails when it is not what sql/NNN_*.sql make.

CREATE TABLE actions (
  id bigint unsigned NOT NULL AUTO_INCREMENT,
  at datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  who varchar(100) NOT NULL,
  role varchar(20) CHARACTER SET ascii COLLATE ascii_bin,
  action varchar(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sale_id int unsigned,
  target varchar(200),
  value_before mediumtext,
  value_after mediumtext,
  reason varchar(500),
  request_id varchar(100) CHARACTER SET ascii COLLATE ascii_bin,
  address varchar(45) CHARACTER SET ascii COLLATE ascii_bin,
  PRIMARY KEY (id),
  KEY of_sale (sale_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE blocks (
  buyer varchar(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  score tinyint unsigned NOT NULL,
  reason varchar(500) NOT NULL DEFAULT '',
  created_at datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (buyer),
  CONSTRAINT score_is_risk CHECK (score between 1 and 100)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE ended_sessions (
  id varchar(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  over_at datetime(3) NOT NULL,
  PRIMARY KEY (id),
  KEY age (over_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE events (
  id bigint unsigned NOT NULL AUTO_INCREMENT,
  sale_id int unsigned,
  at datetime(3) NOT NULL,
  kind varchar(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  who varchar(100) NOT NULL,
  detail varchar(500) NOT NULL,
  PRIMARY KEY (id),
  KEY of_sale (sale_id, at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE operators (
  name varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  role enum('viewer','operator') NOT NULL,
  password varchar(300) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  generation int unsigned NOT NULL DEFAULT 1,
  disabled_at datetime(3),
  created_at datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE samples (
  sale_id int unsigned NOT NULL,
  at datetime NOT NULL,
  data text NOT NULL,
  PRIMARY KEY (sale_id, at),
  KEY age (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE settings (
  name varchar(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  version int unsigned NOT NULL,
  value_before varchar(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  value_after varchar(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  who varchar(100) NOT NULL,
  reason varchar(200) NOT NULL,
  changed_at datetime(3) NOT NULL,
  PRIMARY KEY (name, version),
  KEY newest (changed_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE shop_inventory (
  sku varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  title varchar(200) NOT NULL,
  on_hand bigint NOT NULL DEFAULT 0,
  created_at datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (sku),
  CONSTRAINT nothing_lent CHECK (on_hand >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE sales (
  id int unsigned NOT NULL AUTO_INCREMENT,
  title varchar(200) NOT NULL,
  price_cents bigint unsigned NOT NULL,
  currency char(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  stock int unsigned NOT NULL,
  sold int unsigned NOT NULL DEFAULT 0,
  per_user int unsigned NOT NULL DEFAULT 1,
  standby int unsigned NOT NULL,
  release_batch int unsigned,
  release_every_ms int unsigned,
  pay_within_s int unsigned NOT NULL,
  challenge enum('none','captcha','quiz','pow') NOT NULL DEFAULT 'none',
  opens_at datetime(3) NOT NULL,
  closes_at datetime(3) NOT NULL,
  phase enum('draft','published','paused','closed','settled','discarded') NOT NULL DEFAULT 'draft',
  epoch int unsigned NOT NULL DEFAULT 0,
  numbers_leased bigint unsigned NOT NULL DEFAULT 0,
  tickets_expire_at datetime(3) NOT NULL,
  created_at datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  deduct enum('order','payment','hold') NOT NULL DEFAULT 'order',
  hold_s int unsigned,
  paid int unsigned NOT NULL DEFAULT 0,
  version int unsigned NOT NULL DEFAULT 1,
  sku varchar(64) CHARACTER SET ascii COLLATE ascii_bin,
  rehearsal_of int unsigned,
  PRIMARY KEY (id),
  KEY sales_rehearsal (rehearsal_of),
  KEY sales_sku (sku),
  CONSTRAINT sales_rehearsal FOREIGN KEY (rehearsal_of) REFERENCES sales (id),
  CONSTRAINT sales_sku FOREIGN KEY (sku) REFERENCES shop_inventory (sku),
  CONSTRAINT closes_after_opening CHECK (closes_at > opens_at),
  CONSTRAINT paid_within_sold CHECK (paid <= sold),
  CONSTRAINT rehearsals_have_no_sku CHECK (rehearsal_of is null or sku is null),
  CONSTRAINT sold_within_stock CHECK (sold <= stock)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE door_counts (
  sale_id int unsigned NOT NULL,
  door varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  since datetime(3) NOT NULL,
  at datetime(3) NOT NULL,
  data text NOT NULL,
  PRIMARY KEY (sale_id, door, since),
  CONSTRAINT door_counts_sale FOREIGN KEY (sale_id) REFERENCES sales (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE epochs (
  sale_id int unsigned NOT NULL,
  epoch int unsigned NOT NULL,
  first_number bigint unsigned NOT NULL,
  last_number bigint unsigned,
  created_at datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (sale_id, epoch),
  CONSTRAINT epochs_sale FOREIGN KEY (sale_id) REFERENCES sales (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE inventory_moves (
  id bigint unsigned NOT NULL AUTO_INCREMENT,
  sku varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sale_id int unsigned,
  units bigint NOT NULL,
  reason enum('received','registered','raised','lowered','settled','returned','discarded') NOT NULL,
  once tinyint unsigned AS (if(reason in ('registered','settled','discarded'),1,NULL)) STORED,
  created_at datetime(3) NOT NULL,
  PRIMARY KEY (id),
  KEY of_article (sku),
  UNIQUE KEY once_a_sale (sale_id, reason, once),
  CONSTRAINT moves_article FOREIGN KEY (sku) REFERENCES shop_inventory (sku),
  CONSTRAINT moves_sale FOREIGN KEY (sale_id) REFERENCES sales (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE orders (
  sale_id int unsigned NOT NULL,
  number bigint unsigned NOT NULL,
  buyer varchar(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  quantity int unsigned NOT NULL,
  amount_cents bigint unsigned NOT NULL,
  currency char(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state enum('awaiting_payment','expiring','paid','expired','cancelled','refunding','refunded') NOT NULL,
  live tinyint unsigned AS (if(state in ('awaiting_payment','expiring','paid'),1,NULL)) STORED,
  pay_by datetime(3) NOT NULL,
  released_at datetime(3) NOT NULL,
  created_at datetime(3) NOT NULL,
  version int unsigned NOT NULL DEFAULT 1,
  takes_when_paid tinyint unsigned NOT NULL DEFAULT 0,
  units int unsigned AS (if(state = 'paid' or takes_when_paid = 0 and state in ('awaiting_payment','expiring'),quantity,0)) STORED,
  updated_at datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  request_id char(32) CHARACTER SET ascii COLLATE ascii_bin,
  PRIMARY KEY (sale_id, number),
  KEY changed (sale_id, updated_at),
  UNIQUE KEY one_live_order (buyer, sale_id, live),
  KEY unpaid (state, pay_by),
  CONSTRAINT orders_sale FOREIGN KEY (sale_id) REFERENCES sales (id),
  CONSTRAINT some_quantity CHECK (quantity > 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE outbox (
  sale_id int unsigned NOT NULL,
  number bigint unsigned NOT NULL,
  kind enum('paid','refunded') NOT NULL,
  sku varchar(64) CHARACTER SET ascii COLLATE ascii_bin,
  buyer varchar(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  quantity int unsigned NOT NULL,
  amount_cents bigint unsigned NOT NULL,
  currency char(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  happened_at datetime(3) NOT NULL,
  created_at datetime(3) NOT NULL,
  sent_at datetime(3),
  PRIMARY KEY (sale_id, number),
  KEY unsent (sent_at, created_at),
  CONSTRAINT outbox_order FOREIGN KEY (sale_id, number) REFERENCES orders (sale_id, number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE payments (
  sale_id int unsigned NOT NULL,
  number bigint unsigned NOT NULL,
  amount_cents bigint unsigned NOT NULL,
  currency char(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state enum('opening','open','succeeded','void','refunding','refunded') NOT NULL,
  pay_url varchar(500) CHARACTER SET ascii COLLATE ascii_bin,
  ask_at datetime(3),
  asked int unsigned NOT NULL DEFAULT 0,
  created_at datetime(3) NOT NULL,
  updated_at datetime(3) NOT NULL,
  PRIMARY KEY (sale_id, number),
  KEY to_ask (ask_at),
  CONSTRAINT payments_order FOREIGN KEY (sale_id, number) REFERENCES orders (sale_id, number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE payment_events (
  event_id varchar(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sale_id int unsigned NOT NULL,
  number bigint unsigned NOT NULL,
  kind varchar(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  received_at datetime(3) NOT NULL,
  PRIMARY KEY (event_id),
  KEY payment_events_order (sale_id, number),
  CONSTRAINT payment_events_order FOREIGN KEY (sale_id, number) REFERENCES orders (sale_id, number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE quiz_questions (
  id int unsigned NOT NULL AUTO_INCREMENT,
  sale_id int unsigned,
  question varchar(300) NOT NULL,
  answers varchar(2000) NOT NULL,
  choices varchar(2000),
  created_at datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (id),
  KEY pool (sale_id),
  CONSTRAINT quiz_questions_sale FOREIGN KEY (sale_id) REFERENCES sales (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE refusals (
  sale_id int unsigned NOT NULL,
  number bigint unsigned NOT NULL,
  buyer varchar(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  quantity int unsigned NOT NULL,
  state enum('sold_out','duplicate','left','closed') NOT NULL,
  created_at datetime(3) NOT NULL,
  PRIMARY KEY (sale_id, number),
  CONSTRAINT refusals_sale FOREIGN KEY (sale_id) REFERENCES sales (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE restores (
  sale_id int unsigned NOT NULL,
  number bigint unsigned NOT NULL,
  quantity int unsigned NOT NULL,
  reason enum('expired','cancelled') NOT NULL,
  created_at datetime(3) NOT NULL,
  PRIMARY KEY (sale_id, number),
  CONSTRAINT restores_order FOREIGN KEY (sale_id, number) REFERENCES orders (sale_id, number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE settlements (
  sale_id int unsigned NOT NULL,
  stock int unsigned NOT NULL,
  paid_units int unsigned NOT NULL,
  units_back int unsigned NOT NULL,
  orders int unsigned NOT NULL,
  amount_cents bigint unsigned NOT NULL,
  settled_by varchar(100) NOT NULL,
  settled_at datetime(3) NOT NULL,
  PRIMARY KEY (sale_id),
  CONSTRAINT settlements_sale FOREIGN KEY (sale_id) REFERENCES sales (id),
  CONSTRAINT every_unit_settled CHECK (paid_units + units_back = stock)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE shop_orders (
  message_id varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind enum('paid','refunded') NOT NULL,
  sku varchar(64) CHARACTER SET ascii COLLATE ascii_bin,
  buyer varchar(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  quantity int unsigned NOT NULL,
  amount_cents bigint unsigned NOT NULL,
  currency char(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  happened_at datetime(3) NOT NULL,
  deliveries int unsigned NOT NULL DEFAULT 1,
  received_at datetime(3) NOT NULL,
  PRIMARY KEY (message_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE switches (
  sale_id int unsigned NOT NULL,
  name varchar(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  version int unsigned NOT NULL,
  value_before varchar(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  value_after varchar(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  who varchar(100) NOT NULL,
  reason varchar(200) NOT NULL,
  changed_at datetime(3) NOT NULL,
  PRIMARY KEY (sale_id, name, version),
  KEY newest (changed_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TRIGGER actions_keep BEFORE UPDATE ON actions FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'actions are only ever added, never changed';

CREATE TRIGGER actions_stay BEFORE DELETE ON actions FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'actions are only ever added, never removed';
