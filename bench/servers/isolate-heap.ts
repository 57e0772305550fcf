import { once } from "node:events";
import * as z from "zod";

const usageSchema = z.object({ result: z.object({ usedSize: z.number() }) });

/**
 * Asks workerd's inspector how much of V8's heap an isolate uses, in bytes. What is garbage and not yet
 * collected is in it: workerd's inspector does not collect it when asked to.
 *
 * @param inspector its address, such as `ws://127.0.0.1:9229/`.
 * @param worker the name of the Worker, which has one isolate.
 * @throws Error when there is no such Worker.
 */
export async function isolateHeapBytes(inspector: URL, worker: string): Promise<number> {
  const socket = new WebSocket(new URL(`/core:user:${worker}`, inspector).href);
  const message = once(socket, "message");
  const failed = once(socket, "error").then(() => {
    throw new Error(`The inspector does not know a Worker ${worker}`);
  });
  try {
    await Promise.race([once(socket, "open"), failed]);
    socket.send(JSON.stringify({ id: 1, method: "Runtime.getHeapUsage" }));
    const [event] = await Promise.race([message, failed]);
    const { data } = z.object({ data: z.string() }).parse(event);
    return usageSchema.parse(JSON.parse(data)).result.usedSize;
  } finally {
    socket.close();
  }
}
