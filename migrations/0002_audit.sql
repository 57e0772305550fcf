-- What happened (src/audit/). A row is a batch: what one isolate recorded within seconds, because a row
-- costs the same whether it holds one event or a hundred. Without a rowid and another index, storing one
-- writes one row.
CREATE TABLE audit_batches (
  -- The id of its first event (src/audit/event-id.ts): twelve hexadecimal digits of its milliseconds since
  -- 1970 come first, so that time is found by key.
  id TEXT PRIMARY KEY,
  -- The user ids in it, each between two spaces: a batch without a person is passed over unread.
  users TEXT NOT NULL,
  -- A JSON array of events (src/audit/audit-event.ts).
  events TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What was recorded stays as it is, and for a day at least. Retention (src/audit/retention.ts) deletes
-- what is older. This guards against mistakes; whoever may drop a trigger may also do worse.
CREATE TRIGGER audit_batches_are_never_changed BEFORE UPDATE ON audit_batches
BEGIN
  SELECT RAISE(ABORT, 'audit_batches is append-only');
END;

CREATE TRIGGER audit_batches_are_kept_for_a_day BEFORE DELETE ON audit_batches
WHEN OLD.id > printf('%012x', (unixepoch() - 86400) * 1000)
BEGIN
  SELECT RAISE(ABORT, 'audit_batches is append-only: this batch is not a day old');
END;

-- One row for each event, for whoever asks by SQL. A condition on batch_id (`batch_id >= '0198…'`) and
-- one on batch_users (`instr(batch_users, ' … ') > 0`) spare reading the other batches.
CREATE VIEW audit_events AS
SELECT
  batch.id AS batch_id,
  batch.users AS batch_users,
  event.value ->> 'id' AS id,
  event.value ->> 'atMs' AS at_ms,
  event.value ->> 'kind' AS kind,
  event.value ->> 'userId' AS user_id,
  event.value ->> 'clientId' AS client_id,
  event.value ->> 'grantId' AS grant_id,
  event.value ->> 'sessionId' AS session_id,
  event.value ->> 'requestId' AS request_id,
  event.value ->> 'outcome' AS outcome,
  event.value ->> 'tool' AS tool,
  event.value AS event
FROM audit_batches AS batch, json_each(batch.events) AS event;
