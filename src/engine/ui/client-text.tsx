/**
 * Characters that draw nothing, or that reorder or fake the text around them: controls, bidi
 * overrides, zero-width and unassigned characters, line separators, and the "letters" that are blank
 * (Hangul fillers, empty Braille). The joiners U+200C and U+200D stay: Persian and emoji need them.
 */
const UNSEEN =
  /[[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}\u034F\u115F\u1160\u17B4\u17B5\u2800\u3164\uFFA0]--[\u200C\u200D]]/gv;

/** More marks than any language stacks on one letter; they would be drawn over the lines around it. */
const STACKED_MARKS = /(\p{M}{4})\p{M}+/gu;

const MAX_SHOWN = 64;

/** In UTF-16 code units. More than anything shown here has; the rest is not even looked at. */
const MAX_EXAMINED = 2_048;

/**
 * Makes text that a client chose safe to show on our page: one line, nothing invisible (each such
 * character becomes a visible U+FFFD, so that it cannot hide), no towers of marks. Escaping is not done
 * here; JSX does it.
 */
export function tidy(text: string): string {
  const examined = text.slice(0, MAX_EXAMINED);
  return examined
    .replace(/\s+/gu, " ")
    .replace(UNSEEN, "\uFFFD")
    .replace(STACKED_MARKS, "$1")
    .trim();
}

function shorten(tidied: string, max: number): string {
  const characters = Array.from(tidied);
  return characters.length > max ? `${characters.slice(0, max - 1).join("")}…` : tidied;
}

/** Letters that are written together with Latin ones, and look like none of them (UTS 39, section 5.2). */
const BESIDE_LATIN =
  /[\p{sc=Latin}\p{sc=Common}\p{sc=Inherited}\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Bopomofo}\p{M}]/gu;
/** Letters for formulas and labels (Mathematical Alphanumeric, Letterlike, enclosed): they look like any text. */
const STYLED_LETTERS = /[\u2102-\u2138\u249C-\u24E9\u{1D400}-\u{1D7FF}\u{1F110}-\u{1F189}]/u;

/** True for a word such as "Сlaude" with a Cyrillic first letter: a way to imitate another name. */
export function mixesAlphabets(text: string): boolean {
  return text.split(/[^\p{L}\p{M}\p{So}]+/u).some((word) => {
    if (STYLED_LETTERS.test(word)) return true;
    const foreign = word.replace(BESIDE_LATIN, "");
    const hasGreek = /\p{sc=Greek}/u.test(word);
    return (
      foreign !== "" && (/\p{sc=Latin}/u.test(word) || (hasGreek && /\p{sc=Cyrillic}/u.test(word)))
    );
  });
}

/** Text a client chose, and how much of it to show in place. */
export interface ClientTextProps {
  text: string;
  /** In characters. What is cut here is to be shown whole by a `WholeText` nearby. */
  max?: number;
}

/** One run of client text, tidied, shortened, and isolated so that its direction stays its own. */
export function ClientText({ text, max = MAX_SHOWN }: ClientTextProps) {
  return <bdi>{shorten(tidy(text), max)}</bdi>;
}

/** The rest of a text that `ClientText` had to shorten; nothing at all when it fitted. */
export function WholeText({ text, max = MAX_SHOWN, label }: ClientTextProps & { label: string }) {
  const tidied = tidy(text);
  if (Array.from(tidied).length <= max) return null;
  return (
    <details>
      <summary>{label}</summary>
      <p class="whole">
        <bdi>{tidied}</bdi>
      </p>
    </details>
  );
}
