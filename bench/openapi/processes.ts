import { fork } from "node:child_process";
import { TOO_LONG } from "./cpu-limit.ts";
import { type Measured, messageSchema, type SubjectName } from "./measured.ts";

/** How much CPU a subject may use until it could answer its first call. */
export const PREPARE_CPU_SECONDS = 25;
/** How long either phase may take: bounds, not measurements. */
const LIMIT_SECONDS = 150;
export const HEAP_MIB = 4_096;

export type Run = {
  readonly subject: SubjectName;
  readonly document: string;
  readonly operations: number;
  /** The program made of measure.ts, and what it is told. */
  readonly program: string;
  readonly args: readonly string[];
  /** Options of Node.js. */
  readonly options?: readonly string[];
};

/** Measures in a process of its own. However that ends, this returns what it found until then. */
export async function measured({
  subject,
  document,
  operations,
  program,
  args,
  options = [],
}: Run): Promise<Measured> {
  let result: Measured = { subject, document, operations };
  const child = fork(program, [subject, String(PREPARE_CPU_SECONDS), ...args], {
    execArgv: [`--max-old-space-size=${HEAP_MIB}`, ...options],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  let errors = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-20_000);
  });
  let late: string | undefined;
  const limit = (what: string) =>
    setTimeout(() => {
      late = `${what} did not end in ${LIMIT_SECONDS} s`;
      kill();
    }, LIMIT_SECONDS * 1_000);
  let timer = limit("preparing");
  child.on("message", (given) => {
    const { phase, ...rest } = messageSchema.parse(given);
    if (phase === "prepared") {
      clearTimeout(timer);
      timer = limit("calling");
    }
    result = { ...result, [phase]: rest };
  });
  const code = await new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(1));
    child.once("close", resolve);
  });
  clearTimeout(timer);
  process.off("exit", kill);
  if (code === 0) return result;
  return { ...result, ended: late ?? reasonOf(errors) };
}

function reasonOf(errors: string): string {
  if (errors.includes(TOO_LONG)) return `did not end in ${PREPARE_CPU_SECONDS} s`;
  if (/heap out of memory|heap limit/i.test(errors)) return `ran out of ${HEAP_MIB / 1_024} GiB`;
  const line = errors.split("\n").find((text) => /^(?:\w*Error|Uncaught)\b/.test(text.trim()));
  return `failed: ${(line ?? "it ended by itself").trim().slice(0, 200)}`;
}
