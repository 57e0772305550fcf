// `npm run openapi`: makes a toolset of an OpenAPI document. --help says how.

import { OpenApiError } from "../openapi/openapi-error.ts";
import { runOpenApi } from "../openapi/run-openapi.ts";
import { projectDir } from "../server/processes.ts";

try {
  process.exitCode = await runOpenApi(process.argv.slice(2), {
    projectDir,
    // npm runs this in the project's folder, wherever the person is.
    folder: process.env.INIT_CWD ?? process.cwd(),
    print: (line) => console.log(line),
  });
} catch (error) {
  console.error(error instanceof OpenApiError ? error.message : error);
  process.exitCode = 1;
}
