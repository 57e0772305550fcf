import { expect, it } from "vitest";
import { MAX_CONNECTIONS } from "../../src/engine/account/connections";
import { signedIn } from "./as-person.ts";
import { putGrant } from "./grants.ts";

const FIFTY = Array.from({ length: 50 }, (_, index) => ({
  grantId: `grant-of-fifty${String(index).padStart(2, "0")}`,
  clientName: `App number ${index} of fifty`,
}));

it("fifty stand on one page, and end all at once", async () => {
  const put = FIFTY.map(({ grantId, clientName }) =>
    putGrant("alice", grantId, { metadata: { clientName } }),
  );
  await Promise.all(put);
  const alice = await signedIn("alice");
  const { page } = await alice.open("/connections");
  expect(FIFTY.filter(({ clientName }) => !page.text.includes(clientName))).toEqual([]);
  expect(page.text).toContain("These 50 apps can use");
  const question = await alice.open("/connections/end-all");
  expect(question.page.heading).toBe("End all 50 of your connections?");
  const after = await alice.submit(question, "/connections/end-all");
  expect(after.page.text).toContain("No app is connected any more.");
  for (const { grantId } of FIFTY) {
    expect((await alice.open(`/connections/${grantId}`)).status).toBe(404);
  }
}, 30_000);

it("hundreds are not all shown, and say so", async () => {
  const put = Array.from({ length: MAX_CONNECTIONS + 1 }, (_, index) =>
    putGrant("bob", `of-hundreds--${String(index).padStart(3, "0")}`, {}),
  );
  await Promise.all(put);
  const bob = await signedIn("bob");
  const { page } = await bob.open("/connections");
  expect(page.text).toContain(`These ${MAX_CONNECTIONS} apps can use`);
  expect(page.text).toContain("There are more.");
  await bob.submit(await bob.open("/connections/end-all"), "/connections/end-all");
  expect((await bob.open("/connections")).page.text).toContain("No app can use Gatehouse");
}, 60_000);
