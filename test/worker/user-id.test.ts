import { expect, it } from "vitest";
import { userIdOf } from "../../src/engine/identity/user-id";

it("tells nothing, never changes, and differs for each issuer and subject", async () => {
  const id = await userIdOf({ issuer: "https://idp.example", subject: "alice@example.com" });
  expect(id).toMatch(/^[\w-]{32}$/);
  expect(id).toBe("SHndfMV627j4m_BYel_uX7ECdum6hIog");
  expect(await userIdOf({ issuer: "https://idp.example", subject: "bob" })).not.toBe(id);
  // The boundary between the two counts.
  const ab = await userIdOf({ issuer: "https://idp.example/a", subject: "b" });
  expect(await userIdOf({ issuer: "https://idp.example/", subject: "ab" })).not.toBe(ab);
});
