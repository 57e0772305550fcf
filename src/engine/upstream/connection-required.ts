import { type ErrorCode, GatehouseError } from "../lib/gatehouse-error";

/**
 * Unwinds a tool that needs a service which the person has not connected for this client. A client that can
 * open an address for the person gets that (MCP, URL mode elicitation); any other gets the message.
 */
export class ConnectionRequired extends GatehouseError {
  override readonly name = "ConnectionRequired";
  override readonly code = "connection_required" satisfies ErrorCode;
  /** Names the API. */
  readonly api: string;
  /** Where the person connects it. */
  readonly url: string;
  /** Of the ticket in the address: unique here (MCP 2025-11-25, `elicitationId`). */
  readonly elicitationId: string;
  /** For the person, without the address, which the client shows. */
  readonly request: string;

  constructor(api: string, request: string, address: { url: string; elicitationId: string }) {
    super(
      `${request} Open this address in your browser, then ask for the same again: ${address.url}`,
    );
    this.api = api;
    this.request = request;
    this.url = address.url;
    this.elicitationId = address.elicitationId;
  }
}
