-- The request whose click became this order, as nginx named it; NULL where Redis lost it before it was recorded. Without an
-- index: who looks for one knows the sale and the number from the logs (docs/operations.md).
ALTER TABLE orders ADD COLUMN request_id CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL;
