import { leftOut } from "./left-out";

/**
 * In place of capnweb: an Agent offers its methods to anyone who opens a WebSocket with
 * `?__agents_transport=capnweb`. Such a request never reaches a session: neither its
 * `Upgrade` (src/engine/mcp/session/forward.ts), nor its query (src/engine/mcp/session/dropped-stream.ts).
 */
export function newWebSocketRpcSession(): never {
  leftOut("RPC over WebSockets");
}
