import * as z from "zod";
import type { PersonStorage } from "../../engine/storage/ports";

/** Kept per person, not per session: sessions end, and one person's clients share the choice. */
const COLLECTION = "cloudflare";
const ID = "active-account";

const choiceSchema = z.object({ accountId: z.string() });

/** The account that the person works in unless a call says otherwise. Check that they still reach it. */
export async function chosenAccountId(storage: PersonStorage): Promise<string | undefined> {
  const record = await storage.get(COLLECTION, ID);
  return choiceSchema.safeParse(record?.value).data?.accountId;
}

export function chooseAccount(storage: PersonStorage, accountId: string): Promise<void> {
  return storage.put(COLLECTION, ID, { accountId });
}
