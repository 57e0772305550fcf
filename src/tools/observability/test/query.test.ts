import { describe, expect, it } from "vitest";
import { queryArguments, queryOnWire } from "../query-arguments";

const timeframe = { from: 1_770_706_800_000, to: 1_770_710_400_000 };

/** What the API is sent for what a model wrote. */
const wire = (args: unknown) => queryOnWire(queryArguments.parse(args), timeframe);

describe("a query on the wire", () => {
  it("has a default for everything", () => {
    expect(wire({})).toEqual({
      queryId: "workers-logs",
      view: "events",
      timeframe,
      limit: 20,
      dry: true,
      parameters: { datasets: [], filters: [], filterCombination: "and" },
    });
  });

  it("has the type of each filter, and lists as text", () => {
    const filters = [
      { key: "a", operation: "eq", value: "x" },
      { key: "b", operation: "gte", value: 500 },
      { key: "c", operation: "neq", value: false },
      { key: "d", operation: "exists" },
      { key: "e", operation: "in", value: [200, 204] },
      { key: "f", operation: "eq", value: "500", type: "number" },
    ];
    expect(wire({ parameters: { filters, filterCombination: "or" } }).parameters).toMatchObject({
      filterCombination: "or",
      filters: [
        { key: "a", operation: "eq", type: "string", value: "x" },
        { key: "b", operation: "gte", type: "number", value: 500 },
        { key: "c", operation: "neq", type: "boolean", value: false },
        { key: "d", operation: "exists", type: "string" },
        { key: "e", operation: "in", type: "number", value: "200,204" },
        { key: "f", operation: "eq", type: "number", value: "500" },
      ],
    });
  });

  it("counts unless told, and puts the groups with the most first", () => {
    const groupBys = [{ value: "$metadata.service" }];
    expect(wire({ view: "calculations", parameters: { groupBys } })).toMatchObject({
      ignoreSeries: true,
      parameters: {
        calculations: [{ operator: "count", alias: "count" }],
        groupBys: [{ type: "string", value: "$metadata.service" }],
        orderBy: { value: "count", order: "desc" },
        limit: 10,
      },
    });
  });

  it("names each calculation, and says of what type it is", () => {
    const calculations = [
      { operator: "p99", key: "$workers.wallTimeMs", alias: "slow" },
      { operator: "uniq", key: "user" },
      { operator: "count" },
    ];
    const query = {
      view: "calculations",
      series: true,
      granularity: 12,
      parameters: { calculations },
    };
    expect(wire(query)).toMatchObject({
      granularity: 12,
      ignoreSeries: false,
      parameters: {
        calculations: [
          { operator: "p99", key: "$workers.wallTimeMs", keyType: "number", alias: "slow" },
          { operator: "uniq", key: "user", keyType: "string", alias: "uniq(user)" },
          { operator: "count", alias: "count" },
        ],
      },
    });
    expect(wire(query).parameters).not.toHaveProperty("orderBy");
  });

  it("leaves out what only calculations have", () => {
    const parameters = { groupBys: [{ value: "x" }], calculations: [{ operator: "count" }] };
    expect(wire({ parameters }).parameters).toEqual({
      datasets: [],
      filters: [],
      filterCombination: "and",
    });
  });

  it("goes on after an event, and looks for a text", () => {
    expect(wire({ offset: "01", parameters: { needle: "timed out" } })).toMatchObject({
      offset: "01",
      offsetDirection: "next",
      parameters: { needle: { value: "timed out", isRegex: false, matchCase: false } },
    });
    const needle = { value: "^5\\d{2}$", isRegex: true };
    expect(wire({ parameters: { needle } }).parameters).toMatchObject({ needle });
  });
});
