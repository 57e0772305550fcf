import { parseArgs } from "node:util";
import { messageOf, OpenApiError } from "./openapi-error.ts";

export const USAGE = `npm run openapi -- [<file or URL>] --name NAME

Makes a toolset of an OpenAPI document (docs/openapi.md): 3.1, 3.0 or Swagger 2.0, JSON or YAML. Writes
src/tools/NAME/operations.yaml, in which people switch operations on, and compiles those that are.

  <file or URL>     reads the document (again); without one, compiles what was edited
  --name NAME       the toolset's folder: small letters, digits and "-"
  --check           whether everything is compiled as it stands; asks no network, writes nothing
  --project FOLDER  another project's folder
  --help            this text`;

export type OpenApiOptions =
  | { readonly run: "help" }
  | { readonly run: "check"; readonly project: string | undefined }
  | {
      readonly run: "compile";
      readonly name: string;
      readonly source: string | undefined;
      readonly project: string | undefined;
    };

/** @throws OpenApiError `openapi_usage`. */
export function parseOpenApiOptions(args: readonly string[]): OpenApiOptions {
  const { values, positionals } = parsed(args);
  if (values.help) return { run: "help" };
  const { name, project } = values;
  if (values.check) {
    if (name !== undefined || positionals.length > 0)
      throw usage("--check stands alone: it checks every toolset");
    return { run: "check", project };
  }
  if (name === undefined) throw usage("Say how the toolset is called, such as --name tickets");
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(name)) {
    throw usage(
      `--name is "${name}", and should be a small letter, then up to 39 small letters, digits and "-"`,
    );
  }
  if (positionals.length > 1)
    throw usage(`There can be one document. These are ${positionals.length}`);
  return { run: "compile", name, source: positionals[0], project };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        name: { type: "string" },
        project: { type: "string" },
        check: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw usage(messageOf(error));
  }
}

const usage = (message: string) =>
  new OpenApiError("openapi_usage", "", `${message}. --help says more`);
