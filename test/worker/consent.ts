import { authorizationUrl, browse, register } from "./as-client.ts";
import { signIn } from "./browser-sign-in.ts";

/** A consent page that is shown to a person, in a browser that is signed in. */
export type ShownConsent = {
  html: string;
  handle: string;
  /** The cookies of that browser. */
  cookie: string;
  /** Posts its form with what is ticked, and with these fields in place of its own. */
  decide(scopes?: readonly string[], change?: Record<string, string>): Promise<Response>;
};

/** Opens the consent page of an authorization request as a person. @param session of their browser. */
export async function openConsent(
  change: Record<string, string | null> = {},
  { session, clientId, reach = browse }: Partial<Opening> = {},
): Promise<ShownConsent> {
  const { url } = await authorizationUrl(clientId ?? (await register()), change);
  const signedIn = session ?? (await signIn());
  const shown = await reach(url, { headers: { cookie: signedIn } });
  const html = await shown.text();
  const bound = shown.headers.getSetCookie().map((line) => line.split(";")[0]);
  const cookie = [signedIn, ...bound].join("; ");
  const handle = fieldIn(html, "handle");
  return {
    html,
    handle,
    cookie,
    decide(scopes = ["op:add"], fields = {}) {
      const own = { handle, decision: "approve", person: fieldIn(html, "person") };
      const body = new URLSearchParams({ ...own, ...fields });
      for (const scope of scopes) body.append("scope", scope);
      return reach(new URL("/authorize", url), { method: "POST", headers: { cookie }, body });
    },
  };
}

type Opening = { session: string; clientId: string; reach: typeof fetch };

/** The value of a hidden field. */
export function fieldIn(html: string, name: string): string {
  return new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? "";
}
