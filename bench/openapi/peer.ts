import * as z from "zod";
import { tokensOf } from "../../dev/openapi/words.ts";
import type { Declared, DeclaredParameter } from "../../test/openapi-corpus/declared.ts";
import { generatedArguments } from "../../test/openapi-corpus/generated-arguments.ts";
import type { Sent } from "../../test/openapi-corpus/oracle.ts";
import { askedBy } from "./gatehouse.ts";
import type { Message } from "./measured.ts";
import { stopwatch } from "./stopwatch.ts";
import { base, NotComparable, type Request, Tally } from "./tally.ts";

const isFunction = (value: unknown) => typeof value === "function";

const toolSchema = z.object({
  /** The operation that it calls: `GET /tickets/{id}`. */
  key: z.string(),
  /** What stands in a list of tools. */
  listed: z.custom<() => unknown>(isFunction),
  call: z.custom<(args: Record<string, unknown>) => unknown>(isFunction),
});

type Send = (url: string, init?: RequestInit) => Promise<Response>;

/** What a module of `bench/openapi/peers/` exports that offers a tool for each operation. */
export const peerSchema = z.object({
  tools: z.custom<(document: unknown, base: string, send: Send) => Promise<unknown>>(isFunction),
});

/** Measures a peer: its tools, each called with the arguments that its own schema asks for. */
export async function measurePeer(
  text: string,
  { tools }: z.output<typeof peerSchema>,
  report: (message: Message) => void,
): Promise<void> {
  let caught: globalThis.Request | undefined;
  const send: Send = async (url, init) => {
    caught = new Request(url, init);
    return Response.json({});
  };
  const lap = stopwatch();
  const document: unknown = JSON.parse(text);
  const made = await tools(document, base.href, send);
  report({ phase: "prepared", ...lap() });

  const offered = new Map(
    z
      .array(toolSchema)
      .parse(made)
      .map((tool) => [tool.key, tool]),
  );
  const tally = new Tally();
  for (const asked of askedBy(document)) {
    const tool = offered.get(asked.key);
    await tally.add(
      asked,
      tool &&
        (async () => {
          const { inputSchema } = listedSchema.parse(tool.listed());
          const args = argumentsFor(asked.declared, inputSchema);
          caught = undefined;
          await tool.call(args.all);
          if (caught === undefined) throw new Error("The tool sent no request");
          return { sent: await sentBy(caught), given: args };
        }),
    );
  }
  report(tally.message());
  let tokens = 0;
  for (const tool of offered.values()) tokens += tokensOf(JSON.stringify(tool.listed()));
  report({ phase: "listed", tokens });
}

const listedSchema = z.object({
  inputSchema: z.looseObject({ properties: z.record(z.string(), z.unknown()).optional() }),
});

/** Arguments by the names of the peer's schema: those of parameters that share theirs say the place after it. */
function argumentsFor(
  { parameters }: Declared,
  inputSchema: z.output<typeof listedSchema>["inputSchema"],
): Request["given"] & { readonly all: Record<string, unknown> } {
  const { properties = {} } = inputSchema;
  const declared = new Set(parameters.map(({ name }) => name));
  const argumentOf = ({ name, in: place }: DeclaredParameter) => {
    const withPlace = `${name}_${place}`;
    if (withPlace in properties && !declared.has(withPlace)) return withPlace;
    return name in properties ? name : undefined;
  };
  const plain = parameters
    .filter(
      ({ in: place, style }) =>
        place === "header" || place === "cookie" || style.endsWith("Delimited"),
    )
    .flatMap((parameter) => argumentOf(parameter) ?? []);
  const all = generated(inputSchema, new Set(plain));
  return {
    all,
    value(parameter) {
      const argument = argumentOf(parameter);
      return argument === undefined ? undefined : all[argument];
    },
    body: all.body,
  };
}

function generated(inputSchema: unknown, plain: ReadonlySet<string>): Record<string, unknown> {
  try {
    return generatedArguments(inputSchema, plain);
  } catch (error) {
    throw new NotComparable(String(error));
  }
}

async function sentBy(request: globalThis.Request): Promise<Sent> {
  const url = new URL(request.url);
  // Most servers read a plus of a query as a space, and URLSearchParams encodes one that is meant.
  url.search = url.search.replaceAll("+", "%20");
  const bytes = new Uint8Array(await request.arrayBuffer());
  return { url, headers: request.headers, body: bytes.length > 0 ? bytes : undefined };
}
