import { expect, it } from "vitest";
import Ajv from "../../src/engine/stubs/ajv.ts";
import addFormats from "../../src/engine/stubs/ajv-formats.ts";
import { newWebSocketRpcSession } from "../../src/engine/stubs/capnweb.ts";
import { parseCronExpression } from "../../src/engine/stubs/cron-schedule.ts";
import { LeftOutError } from "../../src/engine/stubs/left-out.ts";
import * as mcpClient from "../../src/engine/stubs/mcp-client.ts";
import { DefaultJsonSchemaValidator } from "../../src/engine/stubs/mcp-server-shims.ts";
import { createMimeMessage } from "../../src/engine/stubs/mimetext.ts";
import * as zod from "../../src/engine/stubs/zod.ts";

/** All that a dependency can do with what is left out, but for what it does merely because it is loaded. */
const uses: Record<string, () => unknown> = {
  "ajv compile": () => new Ajv().compile(),
  "ajv getSchema": () => new Ajv().getSchema(),
  newWebSocketRpcSession,
  parseCronExpression,
  createMimeMessage,
  Client: () => new mcpClient.Client(),
  SSEClientTransport: () => new mcpClient.SSEClientTransport(),
  StreamableHTTPClientTransport: () => new mcpClient.StreamableHTTPClientTransport(),
  SdkHttpError: () => new mcpClient.SdkHttpError(),
  validateClientMetadataUrl: mcpClient.validateClientMetadataUrl,
  "the client's getValidator": () => new mcpClient.CfWorkerJsonSchemaValidator().getValidator(),
  "the server's getValidator": () => new DefaultJsonSchemaValidator().getValidator(),
  fromJSONSchema: zod.fromJSONSchema,
};

it.each(Object.keys(uses))("%s is left out, and says so", (name) => {
  expect(uses[name]).toThrow(LeftOutError);
  expect(uses[name]).toThrow(/is left out of this Worker: see dev\/bundle\/prebuilt-libraries.ts/);
});

it("what a dependency does because it is loaded is let pass", () => {
  expect(() => {
    new Ajv();
    addFormats();
    new mcpClient.CfWorkerJsonSchemaValidator();
    new DefaultJsonSchemaValidator();
  }).not.toThrow();
});
