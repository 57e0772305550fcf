import { createHash } from "node:crypto";
import { hex, pick, type Random, seeded, ulid } from "./random.ts";
import type { Failure, Route, Worker } from "./workers.ts";

/** An event of Workers Logs, as the telemetry API returns it. */
export type LogEvent = {
  timestamp: number;
  dataset: "cloudflare-workers";
  source: Record<string, unknown>;
  $workers: Record<string, unknown>;
  $metadata: Record<string, unknown> & { id: string; requestId: string };
};

const MINUTE_MS = 60_000;

/**
 * What some Workers logged within a time, newest first. It is made up from the minute, the Worker and
 * the seed alone, so that the same minute always has the same events, whoever asks and when.
 */
export function eventsBetween(
  workers: readonly Worker[],
  { from, to }: { from: number; to: number },
  seed: string,
): LogEvent[] {
  const events: LogEvent[] = [];
  for (let minute = Math.floor(from / MINUTE_MS); minute * MINUTE_MS < to; minute++) {
    for (const worker of workers) {
      const random = seeded(`${seed} ${worker.tag} ${minute}`);
      for (let left = countIn(minute, worker, random); left > 0; left--) {
        const atMs = minute * MINUTE_MS + Math.floor(random() * MINUTE_MS);
        events.push(...invocation(worker, atMs, random));
      }
    }
  }
  return events
    .filter(({ timestamp }) => timestamp >= from && timestamp < to)
    .sort((a, b) => b.timestamp - a.timestamp || (b.$metadata.id < a.$metadata.id ? -1 : 1));
}

/** More by day than by night (UTC). */
function countIn(minute: number, { perMinute }: Worker, random: Random): number {
  const hour = (minute / 60) % 24;
  const expected = perMinute * (1 - 0.6 * Math.cos(((hour - 3) / 24) * 2 * Math.PI));
  return Math.floor(expected + random());
}

/** What one request, or one run, leaves in the logs: what it logs itself, then how it went. */
function invocation(worker: Worker, atMs: number, random: Random): LogEvent[] {
  const route = pick(random, worker.routes);
  const minute = Math.floor(atMs / MINUTE_MS) % 60;
  const failure = route.failures?.find(
    ({ minutes: [from, to], share }) => minute >= from && minute < to && random() < share,
  );
  const requestId = hex(random, 16);
  const trigger = route.trigger.replace("{n}", String(Math.floor(random() * 900)));
  const [least, most] = route.wallMs;
  const wallTimeMs = Math.round(least + random() ** 3 * (most - least));
  const logged = failure ?? route.log;
  const base = { worker, route, requestId, trigger, atMs, random, ...(failure && { failure }) };
  return [
    ...(logged === undefined ? [] : [logEvent({ ...base, atMs: atMs + wallTimeMs - 1 })]),
    summaryEvent({ ...base, atMs: atMs + wallTimeMs }, wallTimeMs),
  ];
}

type Invocation = {
  worker: Worker;
  route: Route;
  failure?: Failure;
  requestId: string;
  trigger: string;
  atMs: number;
  random: Random;
};

/** An uncaught exception, or a line of console.log. */
function logEvent({ route, failure, ...invoked }: Invocation): LogEvent {
  const { atMs, random } = invoked;
  if (failure === undefined) {
    const { level = "info", message = "", fields = [] } = route.log ?? {};
    const values = fields.map((field) => [field, fieldValue(field, random)] as const);
    const source = { level, message, ...Object.fromEntries(values) };
    return eventOf(invoked, route, { outcome: "ok" }, source, { level, message });
  }
  const { outcome, error, fields = {} } = failure;
  const { name, message } = error;
  const exception = { ...error, timestamp: atMs };
  const source = { level: "error", message, ...fields, ...(name !== "" && { exception }) };
  const metadata = { level: "error", message, error: message };
  return eventOf(invoked, route, { outcome }, source, metadata);
}

function fieldValue(field: string, random: Random): string | number {
  return field === "amount" ? Math.round(random() * 20_000) : hex(random, 8);
}

/** The summary event of an invocation. */
function summaryEvent({ route, failure, ...invoked }: Invocation, wallTimeMs: number): LogEvent {
  const { worker, trigger, random } = invoked;
  const status = failure?.status ?? route.status ?? 200;
  const outcome = failure?.outcome ?? "ok";
  const [method, path] = trigger.split(" ");
  const message = route.eventType === "fetch" ? `${method} https://${worker.host}${path}` : trigger;
  const level = outcome === "ok" && status < 500 ? "info" : "error";
  const cpuTimeMs =
    outcome === "exceededCpu" ? 30 : Math.ceil(wallTimeMs * (0.05 + 0.2 * random()));
  return eventOf(
    invoked,
    route,
    { outcome, wallTimeMs, cpuTimeMs },
    { level, message },
    { level, message, type: "cf-worker-event", ...(level === "error" && { error: message }) },
    route.eventType === "fetch" ? { response: { status } } : {},
  );
}

function eventOf(
  { worker, requestId, trigger, atMs, random }: Omit<Invocation, "route" | "failure">,
  { eventType }: Route,
  workersFields: Record<string, unknown>,
  source: Record<string, unknown>,
  metadata: { message: string } & Record<string, unknown>,
  more: Record<string, unknown> = {},
): LogEvent {
  const [method, path] = trigger.split(" ");
  const request = { url: `https://${worker.host}${path}`, method, path };
  const template = metadata.message.replace(/\d+/g, "<NUM>");
  return {
    timestamp: atMs,
    dataset: "cloudflare-workers",
    source,
    $workers: {
      truncated: false,
      event:
        eventType === "fetch" ? { request, rayId: requestId, ...more } : { [eventType]: trigger },
      scriptName: worker.name,
      eventType,
      executionModel: "stateless",
      scriptVersion: { id: `${worker.tag.slice(0, 8)}-0000-4000-8000-${worker.tag.slice(8, 20)}` },
      requestId,
      ...workersFields,
    },
    $metadata: {
      id: ulid(random, atMs),
      requestId,
      trigger,
      service: worker.name,
      account: worker.accountId,
      type: "cf-worker",
      fingerprint: createHash("md5").update(template).digest("hex"),
      origin: eventType,
      messageTemplate: template,
      ...metadata,
    },
  };
}
