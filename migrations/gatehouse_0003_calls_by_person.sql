-- Which batches of the audit have tool calls of a person's grant, so that /connections finds a person's own
-- calls by key, however much else was recorded. A row for each person and grant in a batch.
--
-- Gatehouse's own migrations are named gatehouse_*, from this one on: wrangler applies them after numbered ones,
-- and numbers are yours, the next being 0003.
CREATE TABLE gatehouse_calls_by_person (
  user_id TEXT NOT NULL,
  grant_id TEXT NOT NULL,
  batch_id TEXT NOT NULL,
  PRIMARY KEY (user_id, grant_id, batch_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER gatehouse_calls_are_indexed AFTER INSERT ON audit_batches
BEGIN
  INSERT OR IGNORE INTO gatehouse_calls_by_person (user_id, grant_id, batch_id)
  SELECT event.value ->> 'userId', event.value ->> 'grantId', NEW.id
  FROM json_each(NEW.events) AS event
  WHERE event.value ->> 'kind' = 'tool_call'
    AND event.value ->> 'userId' IS NOT NULL AND event.value ->> 'grantId' IS NOT NULL;
END;

-- What the page showed up to now: the calls in the newest 20 000 batches.
INSERT OR IGNORE INTO gatehouse_calls_by_person (user_id, grant_id, batch_id)
SELECT event.value ->> 'userId', event.value ->> 'grantId', batch.id
FROM (SELECT id, events FROM audit_batches ORDER BY id DESC LIMIT 20000) AS batch,
  json_each(batch.events) AS event
WHERE event.value ->> 'kind' = 'tool_call'
  AND event.value ->> 'userId' IS NOT NULL AND event.value ->> 'grantId' IS NOT NULL;
