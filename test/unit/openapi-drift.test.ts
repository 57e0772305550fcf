import { expect, it } from "vitest";
import { checkToolsets } from "../../dev/openapi/check-toolsets.ts";
import { projectDir } from "../../dev/server/processes.ts";

/** As `npm run check` does, so that continuous integration finds it too. */
it("what the toolsets' documents compile to is what the Worker carries", async () => {
  expect(await checkToolsets(projectDir)).toEqual([]);
});
