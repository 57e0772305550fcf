/** What a toolset of a document begins with. People own these files: they are written once. */
export function scaffold(
  name: string,
  title: string,
  defaultUrl: string | undefined,
): Map<string, string> {
  const { id, api, variables } = identifiers(name);
  const url = defaultUrl === undefined ? "" : `  defaultUrl: ${JSON.stringify(defaultUrl)},\n`;
  return new Map([
    [
      "index.ts",
      `import { openApiToolset } from "../../engine/openapi";
import { ${api} } from "./api";
import { compiled } from "./compiled";

/** The operations that are on in operations.yaml. */
export const ${id} = openApiToolset({ name: "${name}", api: ${api}, compiled });
`,
    ],
    [
      "api.ts",
      `import { defineApi } from "../../engine/config/define-api";

/**
 * ${title.replaceAll(/\s+/g, " ").replaceAll("*/", "")} (${variables}_URL).
 * How a call comes to its credential is yours to choose: docs/call-your-api.md has a table.
 */
export const ${api} = defineApi({
  name: "${name}",
  variables: "${variables}",
${url}  access: { by: "exchange" },
});
`,
    ],
  ]);
}

/** What to add to src/server.ts. */
export function serverLines(name: string): string {
  const { id, api } = identifiers(name);
  return [
    "Add to src/server.ts:",
    `  import { ${id} } from "./tools/${name}";  import { ${api} } from "./tools/${name}/api";`,
    `  toolsets: […, ${id}],  apis: […, ${api}],`,
  ].join("\n");
}

function identifiers(name: string) {
  const id = name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return { id, api: `${id}Api`, variables: `${name.toUpperCase().replaceAll("-", "_")}_API` };
}
