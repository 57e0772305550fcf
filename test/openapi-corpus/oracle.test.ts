import { describe, expect, it } from "vitest";
import { base } from "./built-request.ts";
import type { DeclaredParameter } from "./declared.ts";
import { findings, type Sent } from "./oracle.ts";

const id: DeclaredParameter = parameter("id", "path", "simple", false);
const labels: DeclaredParameter = parameter("labels", "query", "form", true);
const values = new Map<DeclaredParameter, unknown>([
  [id, "a/b"],
  [labels, ["x y", "z"]],
]);

function parameter(
  name: string,
  place: DeclaredParameter["in"],
  style: string,
  explode: boolean,
): DeclaredParameter {
  return { name, in: place, style, explode, mediaType: undefined };
}

/** What is found in a request for GET or POST of `/things/{id}`. */
async function found(address: string, body?: string, given?: unknown) {
  const sent: Sent = {
    url: new URL(`${base}${address}`),
    headers: new Headers(body === undefined ? {} : { "content-type": "application/json" }),
    body: body === undefined ? undefined : new TextEncoder().encode(body),
  };
  const declared = {
    parameters: [id, labels],
    body: given === undefined ? undefined : ["application/json"],
  };
  const read = await findings(declared, "/things/{id}", base, sent, {
    value: (wanted) => values.get(wanted),
    body: given,
  });
  return read.map(({ finding }) => finding);
}

/** A test of real documents that could find nothing would always pass. */
describe("the oracle", () => {
  it("finds nothing in a request that is right", async () => {
    expect(await found("/things/a%2Fb?labels=x%20y&labels=z", '{"a":1}', { a: 1 })).toEqual([]);
  });

  it.each([
    ["a name in braces", "/things/{id}?labels=x%20y&labels=z", "wrong serialisation"],
    ["another path", "/a%2Fb?labels=x%20y&labels=z", "unfilled parameter"],
    ["a value that left its segment", "/things/a/b?labels=x%20y&labels=z", "unfilled parameter"],
    ["a list that is joined", "/things/a%2Fb?labels=x%20y,z", "wrong serialisation"],
    ["a parameter that is not there", "/things/a%2Fb", "wrong serialisation"],
    ["a value of its own kind", "/things/a%2Fb?labels=x%20y&labels=7", "wrong serialisation"],
  ])("finds %s", async (_name, address, finding) => {
    expect(await found(address)).toEqual([finding]);
  });

  it("finds a body that is lost, and one that differs", async () => {
    const address = "/things/a%2Fb?labels=x%20y&labels=z";
    expect(await found(address, undefined, { a: 1 })).toEqual(["lost body"]);
    expect(await found(address, '{"a":2}', { a: 1 })).toEqual(["wrong serialisation"]);
  });

  it("refuses a query that two servers would read in two ways", async () => {
    await expect(found("/things/a%2Fb?labels=x+y&labels=z")).rejects.toThrow("in two ways");
  });
});
