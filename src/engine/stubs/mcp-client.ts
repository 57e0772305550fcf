import { leftOut } from "./left-out";

// In place of the MCP client: an Agent can be a client of other MCP servers (`addMcpServer`), and makes
// their manager in any case. Sessions here have none.

class ClientPart {
  constructor() {
    leftOut("The MCP client");
  }
}

export class Client extends ClientPart {}
export class SSEClientTransport extends ClientPart {}
export class StreamableHTTPClientTransport extends ClientPart {}
export class SdkHttpError extends ClientPart {}

export function validateClientMetadataUrl(): never {
  leftOut("The MCP client");
}

/** agents makes one when it is loaded, for all clients. */
export class CfWorkerJsonSchemaValidator {
  getValidator(): never {
    leftOut("The MCP client");
  }
}
