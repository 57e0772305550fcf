import * as z from "zod";

const deviceFamilies = [
  "iPhone",
  "iPad",
  "Android",
  "Windows",
  "Mac",
  "Chromebook",
  "Linux",
] as const;

/** What is kept with a grant for its person to read; KV holds it in the clear. */
export const grantMetadataSchema = z.object({
  /** As the consent page named the client. */
  clientName: z.string(),
  /** What kind of device its person consented on. */
  device: z.enum(deviceFamilies).optional().catch(undefined),
});
export type GrantMetadata = z.infer<typeof grantMetadataSchema>;

const SIGNS: readonly (readonly [RegExp, GrantMetadata["device"]])[] = [
  [/iPhone|iPod/, "iPhone"],
  [/iPad/, "iPad"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/Mac OS X|Macintosh/, "Mac"],
  [/CrOS/, "Chromebook"],
  [/Linux/, "Linux"],
];

/** @param userAgent a browser's claim: it tells a person their own devices apart, and decides nothing. */
export function deviceFamilyOf(userAgent = ""): GrantMetadata["device"] {
  return SIGNS.find(([sign]) => sign.test(userAgent))?.[1];
}
