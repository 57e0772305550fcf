import type { Color } from "./look";

/** The contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio"). Whichever comes first. */
export function contrastOf(one: Color, other: Color): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** A colour between two, as CSS has it: `color-mix(in srgb, one share%, other)`. */
export function mixed(one: Color, share: number, other: Color): Color {
  const others = channels(other);
  const channelsOfBoth = channels(one).map((channel, index) =>
    Math.round((channel * share + (others[index] ?? 0) * (100 - share)) / 100),
  );
  return `#${channelsOfBoth.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}

/** WCAG 2.2, "relative luminance". */
function luminance(color: Color): number {
  const [red = 0, green = 0, blue = 0] = channels(color).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function channels(color: Color): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
}
