-- What the console saw of each live sale, once a second: for the live page's past and for the evidence of a sale.
-- Not needed to prove a promise. Rows older than 30 days are removed.
CREATE TABLE samples (
  sale_id INT UNSIGNED NOT NULL,
  -- the whole second; who samples it second writes nothing
  at      DATETIME     NOT NULL,
  -- JSON (contract/console/sample.ts)
  data    TEXT         CHARACTER SET utf8mb4 NOT NULL,
  PRIMARY KEY (sale_id, at),
  KEY age (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
