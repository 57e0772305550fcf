import { operations } from "../client/cases.ts";
import type { Results } from "../measures/results.ts";
import { subjects } from "../servers/subjects.ts";
import { type Comparison, comparisons, floorOf, timesRateOf } from "./comparisons.ts";
import { figure } from "./text-table.ts";

const WIDTH = 760;
const LABELS = 190;
// Leaves room for a label after the longest bar.
const BARS = 340;
const BAR_HEIGHT = 18;
const GROUP_HEIGHT = 62;
const TOP = 64;

/** Its own colours, so that it can be read on a light page and on a dark one. */
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 15px; font-weight: 600 }
  .quiet { fill: #57606a; font-size: 12px }
  .ours { fill: #0969da }
  .peer { fill: #8c959f }
  .floor { fill: #bc4c00 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .quiet { fill: #9198a1 }
    .ours { fill: #4493f8 }
    .peer { fill: #6e7681 }
    .floor { fill: #f0883e }
  }`;

/**
 * Draws, as SVG, how many of each operation a second this server and its peer do, and how many token
 * checks are possible at all.
 *
 * @param connections at which number of connections.
 */
export function chart({ timings, machine }: Results, connections: number): string {
  const shown = comparisons(timings).filter((each) => each.connections === connections);
  const floor = floorOf(timings, "token-check", connections)?.perSecond;
  const largest = Math.max(
    floor ?? 0,
    ...shown.flatMap(({ ours, peer }) => [ours.perSecond, peer.perSecond]),
  );
  const scale = BARS / largest;
  const height = TOP + (shown.length + 1) * GROUP_HEIGHT - BAR_HEIGHT;
  const day = machine.date.slice(0, 10);
  const title = `Operations a second at ${connections} connections`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${title}">
<style>${STYLE}
</style>
<text class="title" x="16" y="26">${title}</text>
<text class="quiet" x="16" y="46">One local workerd, ${machine.cores} cores, ${day}. Only the ratios mean anything.</text>
${shown.map((each, index) => group(each, TOP + index * GROUP_HEIGHT, scale)).join("\n")}
${floor === undefined ? "" : floorGroup(floor, TOP + shown.length * GROUP_HEIGHT, scale)}
</svg>
`;
}

function group({ operation, ours, peer }: Comparison, top: number, scale: number): string {
  const ratio = `${figure(timesRateOf(ours, peer), 1)}×`;
  return [
    `<text x="16" y="${top + 24}">${escaped(operations[operation])}</text>`,
    bar("ours", ours.perSecond, `${subjects.gatehouse.title}, ${ratio}`, top, scale),
    bar("peer", peer.perSecond, subjects[peer.subject].title, top + BAR_HEIGHT + 4, scale),
  ].join("\n");
}

function bar(
  kind: "ours" | "peer" | "floor",
  rate: number,
  name: string,
  top: number,
  scale: number,
): string {
  const width = Math.max(1, rate * scale);
  return `<rect class="${kind}" x="${LABELS}" y="${top}" width="${width.toFixed(1)}" height="${BAR_HEIGHT}" rx="3"/>
<text class="quiet" x="${(LABELS + width + 8).toFixed(1)}" y="${top + 13}">${figure(rate, 0)} ${escaped(name)}</text>`;
}

function floorGroup(rate: number, top: number, scale: number): string {
  return [
    `<text x="16" y="${top + 13}">${operations["token-check"]}</text>`,
    bar("floor", rate, "and nothing else", top, scale),
  ].join("\n");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
