-- Questions of quiz challenges. Runs on MySQL 8.4 and MariaDB 10.11.

-- The pool that a sale's quiz draws from; sale_id NULL: for every sale without questions of its own.
CREATE TABLE quiz_questions (
  id         INT UNSIGNED  NOT NULL AUTO_INCREMENT PRIMARY KEY,
  sale_id    INT UNSIGNED  NULL,
  question   VARCHAR(300)  CHARACTER SET utf8mb4 NOT NULL,
  -- JSON lists of text; choices NULL: the buyer writes the answer
  answers    VARCHAR(2000) CHARACTER SET utf8mb4 NOT NULL,
  choices    VARCHAR(2000) CHARACTER SET utf8mb4 NULL,
  created_at DATETIME(3)   NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  KEY pool (sale_id),
  CONSTRAINT quiz_questions_sale FOREIGN KEY (sale_id) REFERENCES sales (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
