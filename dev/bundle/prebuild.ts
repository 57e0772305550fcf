// What wrangler runs before it builds the Worker (`build` in wrangler.jsonc): it builds the libraries, and
// refuses tools that no client could list. So every build of the Worker does both.

import { checkDefinitions } from "../definition/server-facts.ts";
import { writePrebuiltLibraries } from "./prebuilt-libraries.ts";

try {
  await Promise.all([writePrebuiltLibraries(), checkDefinitions()]);
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
