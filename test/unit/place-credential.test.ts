import { expect, it } from "vitest";
import { placeCredential } from "../../src/engine/upstream/place-credential";

const credential = { by: "key", in: { query: "key" }, key: "" } as const;

function placed(address: string): string {
  const url = new URL(address);
  placeCredential({ credential }, "s&cret", { url, headers: new Headers() });
  return url.search;
}

it("a key in the query leaves the other parameters as they are written", () => {
  expect(placed("https://api.example/?ids=1,2&a%5Bb%5D=c%20d&path=/x")).toBe(
    "?ids=1,2&a%5Bb%5D=c%20d&path=/x&key=s%26cret",
  );
  expect(placed("https://api.example/")).toBe("?key=s%26cret");
});

it("a key in the query takes the place of what stands there by its name, however that is encoded", () => {
  expect(placed("https://api.example/?key=a&k%65y=b&x=1&key=c")).toBe("?x=1&key=s%26cret");
});
