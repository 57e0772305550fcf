/**
 * The words of a text or an identifier, as a search compares them: `listIssueComments`, `issue_comments` and
 * "issues' comments" have the same. A word with a hyphen is there in its pieces and whole (`re-run`: re, run,
 * rerun).
 */
export function wordsIn(text: string): string[] {
  const lower = text.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
  // Most texts are ASCII, and the classes of Unicode take ten times as long.
  const words = lower.match(NOT_ASCII.test(lower) ? WORDS : ASCII_WORDS) ?? [];
  return words.flatMap((word) => {
    if (!word.includes("-")) return [stem(word)];
    const pieces = word.split("-").filter((piece) => piece !== "");
    return (pieces.length > 1 ? [...pieces, pieces.join("")] : pieces).map(stem);
  });
}

const NOT_ASCII = /[\u0080-\uffff]/;
const WORDS = /[\p{L}\p{N}-]+/gu;
const ASCII_WORDS = /[a-z0-9-]+/g;

/**
 * A word without the endings of plurals and verbs. Not always a word of the language, but the same for all of its
 * forms: creates, created and creating are `creat`.
 */
export function stem(word: string): string {
  if (word.length <= 3) return word;
  const known = stems.get(word);
  if (known !== undefined) return known;
  const made = makeStem(word);
  if (stems.size < MAX_STEMS) stems.set(word, made);
  return made;
}

/** An API has a few thousand words, again and again. */
const stems = new Map<string, string>();
const MAX_STEMS = 5_000;

function makeStem(word: string): string {
  const single = word
    .replace(/ies$/, "y")
    .replace(/(ss|x|ch|sh)es$/, "$1")
    .replace(/([^sui])s$/, "$1");
  const plain = single.length > 5 ? single.replace(/(?:ing|ed)$/, "") : single;
  const undoubled = plain === single ? plain : plain.replace(/([^aeiouls])\1$/, "$1");
  return undoubled.length > 3 ? undoubled.replace(/e$/, "") : undoubled;
}

/** Words that say nothing about what is wanted. */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  `a an and any are as at be by can could do does for from get give has have how i in into is it its many
  of on one or our out please some someone something that the their them there these this to up us via want was we what
  when where which who whose why will with would you your`
    .split(/\s+/)
    .map(stem),
);

/** Words that people use for the same thing, whatever an API is about. The first are verbs. */
const SAME: readonly string[] = [
  "create add new make insert open post register spin",
  "delete remove destroy erase drop",
  "cancel stop end terminate abort",
  "update change edit modify set adjust",
  "list show all every",
  "retrieve read fetch view show find look",
  "search find look query",
  "replace save store put rotate",
  "download export",
  "upload import",
  "attach assign connect link action",
  "detach unassign disconnect unlink action",
  "enable activate allow",
  "disable deactivate",
  "rerun retry repeat",
  "restart reboot action",
  "reset restart",
  "clear purge flush empty",
  "trigger dispatch start run",
  "respond answer reply",
  "preview upcoming next",
  "compare difference change",
  "invite invitation",
  "repo repository",
  "org organization organisation",
  "config configuration setting",
  "app application",
  "db database",
  "user person people member",
  "my me user authenticated account",
  "much amount balance total",
  "owe balance due",
  "access permission collaborator member",
  "bill invoice",
  "discount promotion",
  "password credential auth",
  "alert alarm notification",
  "usage metric statistic",
  "webhook hook",
  "file content",
  "picture image photo",
  "mail email",
];

/** The words that mean the same as a stem, without itself. */
export const SYNONYMS: ReadonlyMap<string, ReadonlySet<string>> = synonymsOf(SAME);

function synonymsOf(groups: readonly string[]): Map<string, Set<string>> {
  const synonyms = new Map<string, Set<string>>();
  for (const group of groups) {
    const stems = group.split(" ").map(stem);
    for (const word of stems) {
      const known = synonyms.get(word) ?? new Set();
      for (const other of stems) if (other !== word) known.add(other);
      synonyms.set(word, known);
    }
  }
  return synonyms;
}
