/** The whole text to copy. */
export type Paste =
  | { readonly kind: "json"; readonly value: object }
  | { readonly kind: "command" | "address"; readonly text: string };

/** The text to copy. @param indent how many spaces JSON is indented by; 0 puts it all on one line. */
export function pasteText(paste: Paste, indent = 2): string {
  return paste.kind === "json" ? JSON.stringify(paste.value, null, indent) : paste.text;
}

/**
 * A command that means the same in every shell.
 *
 * The host of an address can be a stranger's choice, a name under a wildcard domain, and URL hosts may
 * hold `$`, `;` and quotes: anyone who pastes such a command would run what the stranger wrote.
 *
 * @throws TypeError when a word has any character that might mean something to a shell.
 */
export function command(...words: readonly string[]): Paste {
  const refused = words.find((word) => !/^[\w.:/@[\]-]+$/.test(word));
  if (refused !== undefined) throw new TypeError(`Not fit for a command line: ${refused}`);
  // An IPv6 address has brackets, which are a pattern to most shells.
  const quoted = words.map((word) => (/[[\]]/.test(word) ? `"${word}"` : word));
  return { kind: "command", text: quoted.join(" ") };
}
