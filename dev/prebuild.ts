// What wrangler runs before it builds the Worker (`build` in wrangler.jsonc): dev/prebuilt-libraries.ts.

import { writePrebuiltLibraries } from "./prebuilt-libraries.ts";

try {
  await writePrebuiltLibraries();
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
