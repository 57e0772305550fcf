import { figure, textTable } from "../report/text-table.ts";
import { kinds, type Measured, type SubjectName, subjects } from "./measured.ts";

export const names: Readonly<Record<SubjectName, string>> = {
  gatehouse: "Gatehouse",
  connector: "codemode `OpenApiConnector`",
  "from-openapi": "mcp-use `fromOpenAPI`",
  "search-and-execute": "codemode `openApiMcpServer`",
};

/** Everything that was measured: a row for each document and subject. */
export function fullTable(all: readonly Measured[]): string {
  const header = ["document", "subject", "operations", "right", ...kinds];
  const rows = all.map(({ document, subject, operations, prepared, called, listed, ended }) => [
    document,
    subject,
    figure(operations, 0),
    figure(called?.right, 0),
    ...kinds.map((kind) => figure(called?.found[kind], 0)),
    figure(prepared?.faults, 0),
    figure(prepared?.cpuSeconds, 1),
    figure(prepared?.wallSeconds, 1),
    figure(prepared?.peakMiB, 0),
    figure(listed?.tokens, 0),
    figure(prepared?.compiledKiB, 0),
    ended ?? "",
  ]);
  const measures = ["faults", "CPU s", "wall s", "MiB", "tokens", "KiB", ""];
  return textTable([...header, ...measures], rows, 2);
}

/** What compiling takes, for docs/openapi.md. */
export function ownTable(all: readonly Measured[]): string {
  const header = [
    "document",
    "operations",
    "right",
    "left out",
    "CPU",
    "time",
    "memory",
    "tokens as tools",
    "`compiled.ts`",
  ];
  const rows = all
    .filter(({ subject }) => subject === "gatehouse")
    .map(({ document, operations, prepared, called, listed }) => [
      document,
      figure(operations, 0),
      figure(called?.right, 0),
      figure(prepared?.faults, 0),
      `${figure(prepared?.cpuSeconds, 1)} s`,
      `${figure(prepared?.wallSeconds, 1)} s`,
      `${figure(prepared?.peakMiB, 0)} MiB`,
      figure(listed?.tokens, 0),
      `${figure(prepared?.compiledKiB, 0)} KiB`,
    ]);
  return markdownTable(header, rows);
}

/** The same documents through all: operations whose request is right, tokens of the list, seconds of CPU until it is ready. */
export function peerTable(all: readonly Measured[]): string {
  const shown = subjects.filter((name) => all.some(({ subject }) => subject === name));
  const documents = [...new Set(all.map(({ document }) => document))];
  const rows = documents.map((document) => {
    const of = (name: SubjectName) =>
      all.find((one) => one.document === document && one.subject === name);
    const operations = all.find((one) => one.document === document)?.operations;
    return [document, figure(operations, 0), ...shown.map((name) => cell(of(name)))];
  });
  return markdownTable(["document", "operations", ...shown.map((name) => names[name])], rows);
}

function cell(one: Measured | undefined): string {
  if (one === undefined) return "-";
  const { called, listed, prepared, ended } = one;
  const known = [
    ...(called === undefined ? [] : [`${figure(called.right, 0)} right`]),
    ...(listed === undefined ? [] : [`${figure(listed.tokens, 0)} tokens`]),
    ...(prepared === undefined ? [] : [`${figure(prepared.cpuSeconds, 1)} s`]),
    // Why it failed is in the full table.
    ...(ended === undefined ? [] : [ended.replace(/^failed: .*/, "failed")]),
  ];
  return known.join(", ");
}

/** How many operations of all documents show each kind of finding; only documents that a subject came through. */
export function kindsTable(all: readonly Measured[]): string {
  const rows = subjects.flatMap((name) => {
    const own = all.filter(({ subject, called }) => subject === name && called !== undefined);
    if (own.length === 0) return [];
    const sum = (count: (one: Measured) => number | undefined) =>
      figure(
        own.reduce((total, one) => total + (count(one) ?? 0), 0),
        0,
      );
    return [
      [
        names[name],
        String(own.length),
        sum(({ operations }) => operations),
        sum(({ called }) => called?.right),
        ...kinds.map((kind) => sum(({ called }) => called?.found[kind])),
      ],
    ];
  });
  return markdownTable(["", "documents", "operations", "right", ...kinds], rows);
}

function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}
