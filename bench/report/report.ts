import type { CountedOperation } from "../measures/counts.ts";
import { costParts } from "../measures/prices.ts";
import type { Results } from "../measures/results.ts";
import { subjects } from "../servers/subjects.ts";
import { countNames } from "../workers/counting/counts.ts";
import { isReached, targetsOf } from "./targets.ts";
import { figure, textTable } from "./text-table.ts";
import { ratioTable, timingTable } from "./timings.ts";

/** All that a run has found, for people to read. */
export function report(results: Results): string {
  const { timings } = results;
  const sections: readonly (readonly [title: string, body: string])[] = [
    ["Benchmark", aboutRun(results)],
    ["Timings", timingTable(timings)],
    ["Gatehouse beside its peers", ratioTable(timings)],
    ["What one operation does", countTable(results)],
    ["What it costs, in US dollars", costTable(results)],
    ["Size and start", startUpTable(results)],
    ["Memory, in MiB", memoryTable(results)],
    ["Targets", targetTable(results)],
  ];
  return sections.map(([title, body]) => `## ${title}\n\n${body}\n`).join("\n");
}

function aboutRun({ machine, plan }: Results): string {
  const { versions } = machine;
  return [
    `${machine.date}, commit ${machine.commit}, ${plan.name} plan: ${plan.rounds} rounds of ${plan.sliceMs} ms`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, load before ${figure(machine.loadBefore, 2)}`,
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", "),
    "Only ratios within one run mean anything: machines differ, and Cloudflare's are others still.",
  ].join("\n");
}

const countTitles: Readonly<Record<CountedOperation, string>> = {
  "session-start": "new session",
  "session-call": "tools/call in a session",
  "session-list": "tools/list in a session",
  "session-end": "end of a session",
  "session-whole": "a client's session",
  "stateless-call": "tools/call, stateless",
  "stateless-list": "tools/list, stateless",
  "sign-in": "registration and sign-in",
  refresh: "refresh of tokens",
};

function countTable({ counts }: Results): string {
  // Columns that are zero everywhere would only take room.
  const shown = countNames.filter((name) => counts.some((each) => each.counts[name] > 0));
  return textTable(
    ["Worker", "operation", ...shown],
    counts.map((each) => [
      subjects[each.subject].title,
      countTitles[each.operation],
      ...shown.map((name) =>
        figure(each.counts[name], Number.isInteger(each.counts[name]) ? 0 : 1),
      ),
    ]),
    2,
  );
}

function costTable({ costs, priceList }: Results): string {
  const table = textTable(
    ["of", "Worker", "lane", "dollars", ...costParts],
    costs.map(({ of, subject, lane, dollars, parts }) => [
      ...[of, subjects[subject].title, lane, figure(dollars, 2)],
      ...costParts.map((part) => figure(parts[part], 2)),
    ]),
    3,
  );
  return `${table}\nList prices as of ${priceList.asOf}, without what the plan includes, and without storage.`;
}

function targetTable(results: Results): string {
  return textTable(
    ["", "wanted", "found", ""],
    targetsOf(results).map((target) => [
      target.what,
      `${target.atMost ? "at most" : "at least"} ${figure(target.wanted, 2)}`,
      figure(target.found, 2),
      isReached(target) ? "reached" : "missed",
    ]),
  );
}

function startUpTable({ startUps }: Results): string {
  return textTable(
    ["Worker", "upload KiB", "gzipped KiB", "CPU at start ms"],
    startUps.map(({ subject, uploadKiB, gzipKiB, activeMs }) => [
      subjects[subject].title,
      figure(uploadKiB, 1),
      figure(gzipKiB, 1),
      figure(activeMs, 1),
    ]),
  );
}

function memoryTable({ memory }: Results): string {
  const table = textTable(
    ["Worker", "when", "sessions", "streams", "workerd", "isolate's heap"],
    memory.flatMap(({ subject, steps }) =>
      steps.map(({ at, sessions, streams, residentMiB, heapMiB }) => [
        ...[subjects[subject].title, at, String(sessions), String(streams)],
        figure(residentMiB, 1),
        figure(heapMiB, 1),
      ]),
    ),
    2,
  );
  return `${table}\nworkerd: resident memory, "-" where there is no /proc. Heap: with what is not collected yet.`;
}
