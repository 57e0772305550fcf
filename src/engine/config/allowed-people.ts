import * as z from "zod";
import { parseEmailAddress, parseEmailDomain } from "./email-address.ts";
import { commaSeparated } from "./variables.ts";

/** Who may sign in (ALLOWED_PEOPLE): whoever one of these names. */
export type AllowedPeople = {
  /** In lower case, without the `@`. */
  readonly emailDomains: ReadonlySet<string>;
  /** In lower case. */
  readonly emailAddresses: ReadonlySet<string>;
  /** As `userIdOf` makes them. */
  readonly userIds: ReadonlySet<string>;
  /** Exactly as the provider's claim has them. */
  readonly groups: ReadonlySet<string>;
};

const GROUP = "group:";
const USER_ID = /^[A-Za-z0-9_-]{32}$/;

/** ALLOWED_PEOPLE. Only a variable that is not set at all lets anybody in, never one that names nobody. */
export const allowedPeople = z
  .string("must be text: entries separated by commas")
  .pipe(commaSeparated)
  .transform((entries, context): AllowedPeople => {
    const refuse = (message: string) => context.addIssue({ code: "custom", message });
    if (entries.length === 0)
      refuse("has no entry: leave it empty to let in anybody who can sign in");

    const emailDomains = new Set<string>();
    const emailAddresses = new Set<string>();
    const userIds = new Set<string>();
    const groups = new Set<string>();
    for (const [index, entry] of entries.entries()) {
      // By its place: the entry itself is a person's address, and this ends up in the log.
      const which = `entry ${index + 1}`;
      if (entry.startsWith(GROUP)) {
        const group = entry.slice(GROUP.length).trim();
        if (group === "") refuse(`${which} names no group: write group:engineering`);
        else groups.add(group);
      } else if (entry.startsWith("@")) {
        const domain = parseEmailDomain(entry.slice(1));
        if (domain === undefined) {
          refuse(`${which} must be a domain such as @example.com, an international one as @xn--…`);
        } else emailDomains.add(domain);
      } else if (entry.includes("@")) {
        const email = parseEmailAddress(entry);
        if (email === undefined || entry.includes("*")) {
          refuse(`${which} must be one address; everybody of a domain is @example.com`);
        } else emailAddresses.add(email.address);
      } else if (USER_ID.test(entry)) {
        userIds.add(entry);
      } else {
        refuse(
          `${which} must be @example.com, alice@example.com, group:engineering or a user id of 32 ` +
            "characters, as the tool whoami and the page of a refused sign-in show it",
        );
      }
    }
    return { emailDomains, emailAddresses, userIds, groups };
  })
  .optional();
