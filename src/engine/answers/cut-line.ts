import type { Place } from "./part";

/** Lists inside lists inside lists: only the innermost are named. */
const MAX_CUTS = 3;
const MAX_NAME_CHARS = 100;

/** What is said of an answer that was cut, such as "Of 300 items in `items`, 21 to 40 are here." */
export function cutAt(answer: unknown, from: Place, next: Place | undefined): string {
  const cuts = [...spots(answer, from, next)].slice(-MAX_CUTS);
  const isLast = next === undefined;
  return [
    isLast ? "This is the last part of the answer." : "This is a part of the answer.",
    ...cuts,
  ]
    .join(" ")
    .trim();
}

/** The lists and the text that a part begins or ends in, outermost first. */
function* spots(answer: unknown, from: Place, next: Place | undefined): Generator<string> {
  const walked = next ?? from;
  let value = answer;
  let name = "";
  for (const [depth, step] of walked.entries()) {
    const sameSoFar = walked.slice(0, depth).every((known, index) => known === from[index]);
    const begin = sameSoFar ? from[depth] : undefined;
    const start = typeof begin === "number" ? begin : 0;
    if (Array.isArray(value) && typeof step === "number") {
      const isInside = next !== undefined && depth < walked.length - 1;
      const end = next === undefined ? value.length : step + (isInside ? 1 : 0);
      yield `Of ${count(value.length, "item")}${name && ` in ${name}`}, ${range(start, end)} here.`;
      name = `${name || "the list"}[${step}]`;
      value = value[step];
    } else if (typeof value === "string" && typeof step === "number") {
      const end = next === undefined ? value.length : step;
      yield `Of the ${count(value.length, "character")}${name && ` of ${name}`}, ${range(start, end)} here.`;
    } else {
      name = named(name, step);
      value = typeof value === "object" && value !== null ? Reflect.get(value, step) : undefined;
    }
  }
}

function range(start: number, end: number): string {
  if (end <= start) return "none are";
  return end === start + 1 ? `number ${end} is` : `${start + 1} to ${end} are`;
}

const count = (number: number, what: string) =>
  `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;

/** Names are the API's: one that is not like a name in code is not repeated, as it could be a sentence. */
function named(outer: string, step: string | number): string {
  const inner = /^[A-Za-z_$][\w$-]{0,39}$/.test(String(step)) ? String(step) : "…";
  const name = outer === "" ? inner : `${outer}.${inner}`;
  return name.length > MAX_NAME_CHARS ? `…${name.slice(-MAX_NAME_CHARS)}` : name;
}
