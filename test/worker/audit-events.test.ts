import { expect, it } from "vitest";
import { connect } from "./as-client.ts";
import { stored, theStored } from "./audited.ts";
import { Session } from "./mcp-client.ts";

it("smoke", async () => {
  const client = await connect({ person: "alice" });
  const session = await Session.open(client.access_token);
  await session.use("calculator", { operation: "add", a: 1, b: 2 });
  const ok = (e: { clientId?: string | undefined }) => e.clientId === client.clientId;
  console.log(await theStored("sign_in", ok));
  console.log(await theStored("consent", ok));
  console.log(await theStored("session_started", ok));
  console.log(await theStored("tool_call", ok));
  expect(await stored("tool_call", ok)).toHaveLength(1);
});
