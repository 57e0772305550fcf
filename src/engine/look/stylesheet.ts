import type { Look, Palette } from "./look";

/** Where the stylesheet of a server's own look is. Pages allow no style in them (CSP, `style-src 'self'`). */
export const LOOK_STYLESHEET = "/look.css";

const PROPERTIES: Readonly<Record<keyof Palette, string>> = {
  accent: "--accent",
  onAccent: "--on-accent",
  ground: "--ground",
  card: "--card",
  text: "--text",
  quiet: "--quiet",
};

/** Colours between those of the card and the text, by how much of the text they have. */
export const MIXED = { "--sunk": 5, "--line": 20, "--field": 55 } as const;

/** @returns undefined where a look changes no style: then pages load public/style.css alone. */
export function lookStylesheet({ colors, font }: Look): string | undefined {
  const rules: string[] = [];
  if (font !== undefined) {
    rules.push(
      `@font-face{font-family:"${font.family}";src:url("${font.file}");font-display:swap}`,
      `:root{--font:"${font.family}",system-ui,sans-serif}`,
    );
  }
  for (const [scheme, palette] of Object.entries(colors ?? {})) {
    rules.push(`@media (prefers-color-scheme:${scheme}){:root{${declarations(palette)}}}`);
  }
  return rules.length === 0 ? undefined : `${rules.join("\n")}\n`;
}

function declarations(palette: Partial<Palette>): string {
  const chosen = Object.entries(PROPERTIES).flatMap(([name, property]) => {
    const color: unknown = Reflect.get(palette, name);
    return color === undefined ? [] : [`${property}:${color}`];
  });
  const mixed = Object.entries(MIXED).map(
    ([property, share]) => `${property}:color-mix(in srgb,var(--text) ${share}%,var(--card))`,
  );
  return [...chosen, ...(palette.card || palette.text ? mixed : [])].join(";");
}
