import { describe, expect, it } from "vitest";
import type { Kind, Measured } from "../../bench/openapi/measured.ts";
import { fullTable, kindsTable, ownTable, peerTable } from "../../bench/openapi/tables.ts";
import { type Asked, base, NotComparable, Tally } from "../../bench/openapi/tally.ts";

const none: Record<Kind, number> = {
  ...{ missing: 0, "unfilled path": 0, "lost body": 0, "lost parameter": 0 },
  ...{ "wrong serialisation": 0, "no request": 0, "not compared": 0 },
};
const prepared = { cpuSeconds: 1.24, wallSeconds: 2.26, peakMiB: 99.6 };

const found: Measured[] = [
  {
    ...{ subject: "gatehouse", document: "tickets", operations: 1_200 },
    prepared: { ...prepared, compiledKiB: 2_048.4, faults: 0 },
    called: { right: 1_200, found: none, examples: {} },
    listed: { tokens: 31_000 },
  },
  {
    ...{ subject: "connector", document: "tickets", operations: 1_200, prepared },
    called: { right: 1_100, found: { ...none, "unfilled path": 100 }, examples: {} },
    ended: "calling did not end in 180 s",
  },
  {
    ...{ subject: "from-openapi", document: "tickets", operations: 1_200 },
    ended: "did not end in 25 s",
  },
];

describe("the tables of bench:openapi", () => {
  it("say what we compile, and what that takes", () => {
    expect(ownTable(found).split("\n").slice(2)).toEqual([
      "| tickets | 1,200 | 1,200 | 0 | 1.2 s | 2.3 s | 100 MiB | 31,000 | 2,048 KiB |",
    ]);
  });

  it("put a document's subjects side by side, with why one did not end", () => {
    expect(peerTable(found).split("\n").slice(2)).toEqual([
      "| tickets | 1,200 | 1,200 right, 31,000 tokens, 1.2 s | 1,100 right, 1.2 s, calling did not end in 180 s | did not end in 25 s |",
    ]);
  });

  it("leave the reason of a failure to the full table", () => {
    const failed: Measured = {
      ...{ subject: "connector", document: "tickets", operations: 3 },
      ended: "failed: Error: Two schemas have one name",
    };
    expect(peerTable([failed])).toMatch(/\| tickets \| 3 \| failed \|$/);
    expect(fullTable([failed])).toContain("Two schemas have one name");
  });

  it("add up only the documents that a subject came through", () => {
    expect(kindsTable(found).split("\n").slice(2)).toEqual([
      "| Gatehouse | 1 | 1,200 | 1,200 | 0 | 0 | 0 | 0 | 0 | 0 | 0 |",
      "| codemode `OpenApiConnector` | 1 | 1,200 | 1,100 | 0 | 100 | 0 | 0 | 0 | 0 | 0 |",
    ]);
  });

  it("show what is not known as such", () => {
    const [, , , last] = fullTable(found).split("\n");
    expect(last).toMatch(/^tickets +from-openapi +1,200(?: +-){14} +did not end in 25 s$/);
  });
});

describe("the tally", () => {
  const declared: Asked["declared"] = {
    parameters: [
      { name: "id", in: "path", style: "simple", explode: false, mediaType: undefined },
      { name: "q", in: "query", style: "form", explode: true, mediaType: undefined },
    ],
    body: ["application/json"],
  };
  const asked: Asked = { key: "POST /tickets/{id}", declared, template: "/tickets/{id}" };

  /** What is counted for a request to this address, made of these arguments. */
  async function counted(address: string, args: Record<string, unknown>, body?: string) {
    const tally = new Tally();
    await tally.add(asked, async () => ({
      sent: {
        url: new URL(`${base}${address}`),
        headers: new Headers({ "content-type": "application/json" }),
        body: body === undefined ? undefined : new TextEncoder().encode(body),
      },
      given: { value: ({ name }) => args[name], body: args.body },
    }));
    return kindsOf(tally);
  }

  function kindsOf(tally: Tally) {
    const { phase, ...message } = tally.message();
    if (!("found" in message)) throw new Error(`${phase} has no findings`);
    const shown = Object.entries(message.found).filter(([, count]) => count > 0);
    return { right: message.right, shown: shown.map(([kind]) => kind) };
  }

  const args = { id: "7", q: "x", body: { a: 1 } };

  it.each([
    ["a request that is right", "/tickets/7?q=x", args, '{"a":1}', []],
    [
      "a path with its template",
      "/tickets/{id}?q=x",
      { ...args, id: undefined },
      '{"a":1}',
      ["unfilled path"],
    ],
    ["another path", "/ticket?q=x", args, '{"a":1}', ["unfilled path"]],
    [
      "a parameter that nobody could give",
      "/tickets/7",
      { ...args, q: undefined },
      '{"a":1}',
      ["lost parameter"],
    ],
    ["a parameter that is not sent", "/tickets/7", args, '{"a":1}', ["wrong serialisation"]],
    ["no body", "/tickets/7?q=x", args, undefined, ["lost body"]],
    ["what cannot be decoded", "/tickets/7?q=%ff", args, '{"a":1}', ["wrong serialisation"]],
  ])("counts %s", async (_name, address, given, body, shown) => {
    expect(await counted(address, given, body)).toEqual({
      right: shown.length === 0 ? 1 : 0,
      shown,
    });
  });

  it("counts an operation that is not there, one that fails, and one that could not be asked", async () => {
    const tally = new Tally();
    await tally.add(asked, undefined);
    await tally.add(asked, () => Promise.reject(new Error("broken")));
    await tally.add(asked, () => Promise.reject(new NotComparable("no value")));
    expect(kindsOf(tally)).toEqual({
      right: 0,
      shown: ["missing", "no request", "not compared"],
    });
  });
});
