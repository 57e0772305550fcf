import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { isPersonId, type PersonId } from "../../../../dev/local-servers/people.ts";

const personSchema = z.custom<PersonId>(
  (value) => typeof value === "string" && isPersonId(value),
  "must be a person’s id",
);

/** An answer that takes the place of the API’s own. */
export const faultSchema = z.object({
  person: personSchema,
  /** What the path below /client/v4 must end with. */
  path: z.string(),
  /** How many requests get it. */
  times: z.int().min(1).default(1),
  /** Without one, the answer is the API’s own, only later. */
  status: z.int().min(200).max(599).optional(),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().default(""),
  delayMs: z.int().min(0).default(0),
});
type Fault = z.infer<typeof faultSchema>;

/** A request that the API got. */
type Seen = { person: PersonId | undefined; method: string; path: string; isCancelled: boolean };

export const personOnly = z.object({ person: personSchema });

/** Failures on demand, and a record of the requests. */
export class Faults {
  #faults: Fault[] = [];
  readonly #seen: Seen[] = [];

  add(fault: Fault): void {
    this.#faults.push(fault);
  }

  /** The requests of a person so far. */
  seen(person: PersonId): readonly Seen[] {
    return this.#seen.filter((request) => request.person === person);
  }

  /**
   * Records a request, and waits if it should be slow.
   *
   * @param gone is aborted when the client stops waiting for the answer.
   * @returns the answer of a fault, which replaces the API’s own.
   */
  async meet(request: Omit<Seen, "isCancelled">, gone: AbortSignal): Promise<Response | undefined> {
    const seen = { ...request, isCancelled: false };
    this.#seen.push(seen);
    const fault = this.#faults.find(
      ({ person, path }) => person === request.person && request.path.endsWith(path),
    );
    if (fault === undefined) return undefined;
    fault.times--;
    this.#faults = this.#faults.filter(({ times }) => times > 0);
    await sleep(fault.delayMs, undefined, { signal: gone }).catch(() => {
      seen.isCancelled = true;
    });
    const { status, headers, body } = fault;
    return status === undefined ? undefined : new Response(body || null, { status, headers });
  }
}
