import { estimateTokens } from "./tokens";
import { visibleJson } from "./visible-json";

/**
 * How many tokens a value is as {@link visibleJson}, without making that.
 *
 * @param limit where counting may stop: what costs more is as good as endless.
 */
export function jsonCost(value: unknown, limit: number): number {
  if (typeof value === "string") return 2 * SIGN + textCost(value, limit);
  if (typeof value !== "object" || value === null) return estimateTokens(visibleJson(value));
  let cost = 2 * SIGN;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length && cost <= limit; index++) {
      cost += jsonCost(value[index], limit - cost) + (index > 0 ? SIGN : 0);
    }
    return cost;
  }
  let isFirst = true;
  for (const [name, member] of Object.entries(value)) {
    if (cost > limit) break;
    cost += (isFirst ? 0 : SIGN) + memberCost(name) + jsonCost(member, limit - cost);
    isFirst = false;
  }
  return cost;
}

/** A name in an object, with its quotes and colon. */
export const memberCost = (name: string) => 3 * SIGN + textCost(name, Number.POSITIVE_INFINITY);

/** A comma, a quotation mark or a bracket. */
export const SIGN = estimateTokens(",");

/** A text inside of quotes. */
export function textCost(text: string, limit: number): number {
  let cost = 0;
  for (let index = 0; index < text.length && cost <= limit; index++) {
    const ascii = ASCII_COSTS[text.charCodeAt(index)];
    if (ascii !== undefined) {
      cost += ascii;
    } else {
      const character = String.fromCodePoint(text.codePointAt(index) ?? 0);
      cost += characterCost(character);
      index += character.length - 1;
    }
  }
  return cost;
}

const characterCost = (character: string) => estimateTokens(visibleJson(character).slice(1, -1));

const ASCII_COSTS = Array.from({ length: 128 }, (_, code) =>
  characterCost(String.fromCharCode(code)),
);
