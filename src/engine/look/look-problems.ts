import { contrastOf, mixed } from "./contrast";
import type { Color, Look, Palette } from "./look";
import { lookFiles } from "./look";
import { MIXED } from "./stylesheet";

/** The colours of public/style.css: test/unit/look.test.ts holds them to it. */
export const defaultPalettes = {
  light: {
    accent: "#0f5459",
    onAccent: "#ffffff",
    ground: "#eef1f0",
    card: "#ffffff",
    text: "#17211f",
    quiet: "#51605c",
  },
  dark: {
    accent: "#86d2cb",
    onAccent: "#06211f",
    ground: "#0d1313",
    card: "#172020",
    text: "#e8eeec",
    quiet: "#a3b2ae",
  },
} as const satisfies Record<"light" | "dark", Palette>;

/** For text (WCAG 2.2, 1.4.3, level AA), and for what shows where a control is (1.4.11). */
const FOR_TEXT = 4.5;
const FOR_CONTROLS = 3;

const COLOR = /^#[0-9a-f]{6}$/i;
const OWN_PATH = /^\/(?!\/)[\w./-]+$/;
const FAMILY = /^[\w -]{1,60}$/;

/**
 * What is wrong with a look: colours that some people cannot read, with the ratio; addresses and names that could not
 * stand where they are used. No isolate does this; `npm run check`, `npm start` and `npm run deploy` do.
 *
 * @returns one line per problem.
 */
export function lookProblems(look: Look): string[] {
  const { colors = {}, font, links = {} } = look;
  return [
    ...(["light", "dark"] as const).flatMap((scheme) => paletteProblems(scheme, colors[scheme])),
    ...lookFiles(look)
      .filter((path) => !OWN_PATH.test(path))
      .map((path) => `look: "${path}" must be the path of a file in public/, such as "/logo.svg"`),
    ...(font !== undefined && !FAMILY.test(font.family)
      ? ["look.font.family must be letters, digits, spaces and hyphens"]
      : []),
    ...Object.entries(links)
      .filter(([, address]) => !isLink(address))
      .map(([name]) => `look.links.${name} must be an https address, or a path of this server`),
  ];
}

function paletteProblems(scheme: "light" | "dark", chosen: Partial<Palette> = {}): string[] {
  const wrong = Object.entries(chosen).filter(([, color]) => !COLOR.test(color));
  if (wrong.length > 0) {
    return wrong.map(
      ([name]) => `look.colors.${scheme}.${name} must be like #0f5459: six hexadecimal digits`,
    );
  }
  const palette = { ...defaultPalettes[scheme], ...chosen };
  const { accent, onAccent, ground, card, text, quiet } = palette;
  const between = (share: number) => mixed(text, share, card);
  const pairs: readonly [string, Color, string, Color, number][] = [
    ["text", text, "card", card, FOR_TEXT],
    ["quiet", quiet, "card", card, FOR_TEXT],
    ["quiet", quiet, "ground", ground, FOR_TEXT],
    ["accent", accent, "card", card, FOR_TEXT],
    ["accent", accent, "ground", ground, FOR_TEXT],
    ["onAccent", onAccent, "accent", accent, FOR_TEXT],
    ["quiet", quiet, "the card's sunk fields", between(MIXED["--sunk"]), FOR_TEXT],
    ["the edge of buttons", between(MIXED["--field"]), "card", card, FOR_CONTROLS],
  ];
  return pairs.flatMap(([name, color, onName, on, least]) => {
    const ratio = contrastOf(color, on);
    if (ratio >= least) return [];
    // Down, so that 4.499 is not said to be 4.5.
    const shown = Math.floor(ratio * 100) / 100;
    return [
      `look.colors.${scheme}: ${name} (${color}) on ${onName} (${on}) has a contrast of ${shown}; WCAG AA asks for ${least}. Make one of them lighter or darker`,
    ];
  });
}

function isLink(address: string): boolean {
  if (address.startsWith("/")) return OWN_PATH.test(address);
  return URL.canParse(address) && new URL(address).protocol === "https:";
}
