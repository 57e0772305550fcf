import type { Page } from "playwright-core";

/** Runs in the page: each visible text whose contrast is below what WCAG 2.2 asks for (1.4.3, level AA). */
const findHardToRead = `(() => {
  const numbers = (color) => color.match(/[0-9.]+/g).map(Number);
  const luminance = (color) => {
    const [r, g, b] = numbers(color).slice(0, 3).map((channel) => {
      const share = channel / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const isOpaque = (color) => (numbers(color)[3] ?? 1) === 1;
  const groundOf = (element) => {
    const { backgroundColor } = getComputedStyle(element);
    return isOpaque(backgroundColor) ? backgroundColor : groundOf(element.parentElement);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
    const element = text.parentElement;
    if (text.data.trim() === "" || !element.checkVisibility()) continue;
    const { color, fontSize, fontWeight } = getComputedStyle(element);
    const [dark, light] = [luminance(color), luminance(groundOf(element))].sort((a, b) => a - b);
    const ratio = (light + 0.05) / (dark + 0.05);
    const points = parseFloat(fontSize) * 0.75;
    const isLarge = points >= 18 || (points >= 14 && Number(fontWeight) >= 700);
    if (!isOpaque(color) || ratio < (isLarge ? 3 : 4.5))
      found.push(ratio.toFixed(2) + ": " + text.data.trim());
  }
  return found;
})()`;

/** The texts of a page that people with weak eyes could not read, each with its contrast. */
export function hardToRead(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(findHardToRead);
}
