-- What tools keep for a person (src/storage/): rows are found by their person first, so that one
-- person's rows cannot be reached from another's.
CREATE TABLE person_records (
  user_id TEXT NOT NULL,
  collection TEXT NOT NULL,
  -- Ids grow with time (src/storage/record-id.ts), so they are also the order of a list.
  id TEXT NOT NULL,
  -- JSON.
  value TEXT NOT NULL,
  -- Milliseconds since 1970.
  created_at_ms INTEGER NOT NULL,
  PRIMARY KEY (user_id, collection, id)
) STRICT, WITHOUT ROWID;
