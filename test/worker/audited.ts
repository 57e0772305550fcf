import { env } from "cloudflare:workers";
import { vi } from "vitest";
import * as z from "zod";
import {
  type AuditEvent,
  type AuditKind,
  auditEventSchema,
} from "../../src/engine/audit/audit-event";

const rowSchema = z.object({ event: z.string().transform((text) => JSON.parse(text)) });

/** Every event that is stored, in the order of their ids. */
export async function allStored(database: D1Database = env.DB): Promise<AuditEvent[]> {
  const { results } = await database.prepare("SELECT event FROM audit_events ORDER BY id").all();
  return results.map((row) => auditEventSchema.parse(rowSchema.parse(row).event));
}

export type EventOf<Kind extends AuditKind> = Extract<AuditEvent, { kind: Kind }>;

/**
 * The events of one kind that fit, as soon as there are as many: they are stored after the answer. More than
 * that are returned, too, so that a test sees what is there twice.
 */
export function stored<Kind extends AuditKind>(
  kind: Kind,
  fits: (event: EventOf<Kind>) => boolean,
  count = 1,
): Promise<EventOf<Kind>[]> {
  const isOne = (event: AuditEvent): event is EventOf<Kind> => event.kind === kind;
  return vi.waitFor(
    async () => {
      const found = (await allStored()).filter(isOne).filter(fits);
      if (found.length < count) throw new Error(`${found.length} of ${count} ${kind} are stored`);
      return found;
    },
    { timeout: 4_000, interval: 50 },
  );
}

/** The one event of a kind that fits. @throws when there are several. */
export async function theStored<Kind extends AuditKind>(
  kind: Kind,
  fits: (event: EventOf<Kind>) => boolean,
): Promise<EventOf<Kind>> {
  const [event, ...others] = await stored(kind, fits);
  if (event === undefined || others.length > 0) {
    throw new Error(`${1 + others.length} events ${kind} fit`);
  }
  return event;
}
