import * as z from "zod";
import { ToolError } from "../../engine/tools/define-tool";

/** From and to, in milliseconds since 1970, as the API expects it. */
export type Timeframe = { readonly from: number; readonly to: number };

const instantSchema = z.union([z.string().max(40), z.number()]);

/** As models write it: a relative form, or two instants. */
export const timeframeSchema = z
  .union([z.string().max(60), z.object({ from: instantSchema, to: instantSchema.optional() })])
  .describe(
    'The timeframe: "last 30 minutes" (any number of seconds, minutes, hours, days or weeks), or ' +
      '{"from": "2026-01-31T08:00:00Z", "to": "2026-01-31T09:00:00Z"} in ISO 8601 (UTC unless it ' +
      "says otherwise) or milliseconds since 1970; without `to` it ends now. Logs are kept for 7 " +
      "days. A shorter time answers faster.",
  );
export type TimeframeArgument = z.infer<typeof timeframeSchema>;

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const KEPT_MS = 7 * UNIT_MS.d;
/** A clock that is a little ahead, and "the last 7 days" that were asked for a moment ago. */
const TOLERANCE_MS = 5 * UNIT_MS.m;

/**
 * @param nowMs in milliseconds since 1970.
 * @throws ToolError when it cannot be parsed, is empty, or is outside of the time that logs are kept.
 */
export function resolveTimeframe(argument: TimeframeArgument, nowMs: number): Timeframe {
  const { from, to } =
    typeof argument === "string"
      ? relative(argument, nowMs)
      : {
          from: instantMs(argument.from),
          to: argument.to === undefined ? nowMs : instantMs(argument.to),
        };
  if (from >= to) throw new ToolError("timeframe: `from` must be earlier than `to`.");
  if (from > nowMs + TOLERANCE_MS) {
    throw new ToolError(
      `timeframe: it is ${new Date(nowMs).toISOString()} now, so \`from\` is in the future.`,
    );
  }
  if (from < nowMs - KEPT_MS - TOLERANCE_MS) {
    const earliest = new Date(nowMs - KEPT_MS).toISOString();
    throw new ToolError(
      `timeframe: logs are kept for 7 days, so \`from\` must be ${earliest} or later.`,
    );
  }
  return { from, to };
}

/** ISO 8601, for results. */
export function isoTimeframe({ from, to }: Timeframe): { from: string; to: string } {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

function relative(text: string, nowMs: number): Timeframe {
  const [, count = "1", unit = ""] =
    /^\s*(?:(?:the\s+)?(?:last|past)\s+|-)?(\d{1,6})?\s*(s|m|h|d|w|secs?|mins?|hrs?|(?:second|minute|hour|day|week)s?)(?:\s+ago)?\s*$/i.exec(
      text,
    ) ?? [];
  const unitMs = unitMsOf(unit);
  if (unitMs === undefined) {
    throw new ToolError(
      `timeframe: ${JSON.stringify(text)} is not understood. Write it like "last 30 minutes", or as {"from": …, "to": …} in ISO 8601.`,
    );
  }
  return { from: nowMs - Number(count) * unitMs, to: nowMs };
}

function unitMsOf(unit: string): number | undefined {
  switch (unit.slice(0, 1).toLowerCase()) {
    case "s":
      return UNIT_MS.s;
    case "m":
      return UNIT_MS.m;
    case "h":
      return UNIT_MS.h;
    case "d":
      return UNIT_MS.d;
    case "w":
      return UNIT_MS.w;
    default:
      return undefined;
  }
}

const ISO_8601 =
  /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/i;

function instantMs(instant: string | number): number {
  if (typeof instant === "number") return milliseconds(instant, String(instant));
  const text = instant.trim();
  if (/^\d{12,14}$/.test(text)) return milliseconds(Number(text), text);
  const match = ISO_8601.exec(text);
  // Without an offset, the local time of whatever machine this is would be taken.
  const zoned = match?.[1] !== undefined || text.length === 10 ? text : `${text}Z`;
  const ms = match === null ? Number.NaN : Date.parse(zoned.replace(" ", "T").replace(",", "."));
  if (Number.isNaN(ms)) {
    throw new ToolError(
      `timeframe: ${JSON.stringify(instant)} is not an instant. Write it like "2026-01-31T08:00:00Z".`,
    );
  }
  return ms;
}

/** The largest Date, and a bound below which nobody means milliseconds. */
function milliseconds(value: number, text: string): number {
  if (value >= 1e12 && value < 8.64e15) return Math.floor(value);
  throw new ToolError(
    `timeframe: ${text} is not a plausible instant in milliseconds since 1970. If it is in seconds, add three digits.`,
  );
}
