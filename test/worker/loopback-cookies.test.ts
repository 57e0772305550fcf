import { expect, it } from "vitest";
import { fromLoopback, toLoopback } from "../../src/engine/lib/loopback-cookies";

it("at a loopback address, cookies go without Secure and come back by their usual names", () => {
  const headers = new Headers();
  headers.append("set-cookie", "__Host-a=1; Path=/; Secure; HttpOnly; SameSite=Lax");
  headers.append("set-cookie", "__Host-b=2; Path=/; HttpOnly; Secure");
  const sent = toLoopback(new Response("page", { status: 403, headers }));
  expect(sent.status).toBe(403);
  expect(sent.headers.getSetCookie()).toEqual([
    "loopback-a=1; Path=/; HttpOnly; SameSite=Lax",
    "loopback-b=2; Path=/; HttpOnly",
  ]);
  const back = new Request("http://localhost", { headers: { cookie: "loopback-a=1; c=3" } });
  expect(fromLoopback(back).headers.get("cookie")).toBe("__Host-a=1; c=3");
});
