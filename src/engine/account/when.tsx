/** Times are shown in words, and exactly (in UTC) when pointed at. */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const exactFormat = new Intl.DateTimeFormat("en-GB", {
  dateStyle: "long",
  timeStyle: "short",
  timeZone: "UTC",
});
const agoFormat = new Intl.RelativeTimeFormat("en");

export interface WhenProps {
  /** Since 1970. */
  seconds: number;
}

/** "3 hours ago"; after a day when that was: "21 November 2026 at 14:05 UTC". */
export function Since({ seconds }: WhenProps) {
  const since = secondsSince(seconds);
  const words = since < DAY ? agoInWords(since) : exactly(new Date(seconds * 1_000));
  return <Time seconds={seconds} words={words} />;
}

/** How long ago: "5 minutes ago". */
export function Ago({ seconds }: WhenProps) {
  return <Time seconds={seconds} words={agoInWords(secondsSince(seconds))} />;
}

/**
 * For times that are accurate to the hour: a client that keeps using a one-hour token requests nothing
 * in between.
 */
export function RoughlyAgo({ seconds }: WhenProps) {
  const since = secondsSince(seconds);
  const words = since < HOUR ? "in the last hour" : `about ${agoInWords(since)}`;
  return <Time seconds={seconds} words={words} />;
}

function Time({ seconds, words }: { seconds: number; words: string }) {
  const date = new Date(seconds * 1_000);
  return (
    <time datetime={date.toISOString()} title={exactly(date)}>
      {words}
    </time>
  );
}

function exactly(date: Date): string {
  return `${exactFormat.format(date)} UTC`;
}

function agoInWords(since: number): string {
  if (since < MINUTE) return "less than a minute ago";
  if (since < HOUR) return agoFormat.format(-Math.floor(since / MINUTE), "minute");
  if (since < DAY) return agoFormat.format(-Math.floor(since / HOUR), "hour");
  return agoFormat.format(-Math.floor(since / DAY), "day");
}

function secondsSince(seconds: number): number {
  return Math.max(0, Date.now() / 1_000 - seconds);
}
