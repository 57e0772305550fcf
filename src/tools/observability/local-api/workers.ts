import { accountIds } from "./accounts.ts";
import { apiCode, type CodeFile, checkoutCode, imageResizerCode, shortenerCode } from "./code.ts";

/** A Worker of an account, and how requests to it end. */
export type Worker = {
  accountId: string;
  name: string;
  /** Its permanent id. */
  tag: string;
  createdOn: string;
  /** How long ago it was last deployed. */
  deployedHoursAgo: number;
  format: "modules" | "service-worker";
  files: readonly CodeFile[];
  host: string;
  /** Invocations per minute, on average, by day. */
  perMinute: number;
  routes: readonly Route[];
};

/** One thing that a Worker does. */
export type Route = {
  /** How often this happens, relative to the other routes. */
  weight: number;
  eventType: "fetch" | "cron" | "queue";
  /** Such as `GET /images/{n}.webp`, where {n} is a number; or a cron expression. */
  trigger: string;
  status?: number;
  wallMs: readonly [least: number, most: number];
  /** What it logs, besides the invocation. */
  log?: { level: "info" | "warn"; message: string; fields: readonly string[] };
  failures?: readonly Failure[];
};

/** A way to fail, in bursts: at the same minutes of each hour. */
export type Failure = {
  minutes: readonly [from: number, to: number];
  /** How many of the requests in these minutes fail, from 0 to 1. */
  share: number;
  status: number;
  outcome: "exception" | "exceededCpu" | "ok";
  error: { name: string; message: string; stack?: string };
  /** What the Worker logs about the request, besides the error. */
  fields?: Readonly<Record<string, string>>;
};

export const workers: readonly Worker[] = [
  {
    accountId: accountIds.shop,
    name: "checkout",
    tag: "9d1c3f5a7b2e4d6088a1c3e5f7092b4d",
    createdOn: "2023-04-02T10:00:00.000000Z",
    deployedHoursAgo: 27,
    format: "modules",
    files: checkoutCode,
    host: "checkout.example.com",
    perMinute: 1.5,
    routes: [
      {
        weight: 8,
        eventType: "fetch",
        trigger: "POST /checkout",
        wallMs: [40, 420],
        log: { level: "info", message: "charged", fields: ["basket", "amount"] },
        failures: [
          {
            minutes: [8, 26],
            share: 0.55,
            status: 500,
            outcome: "exception",
            error: {
              name: "TypeError",
              message: "Cannot read properties of undefined (reading 'amount_cents')",
              stack: "    at checkout (worker.js:15:30)",
            },
            fields: { kind: "gift_card" },
          },
          {
            minutes: [0, 60],
            share: 0.02,
            status: 402,
            outcome: "ok",
            error: { name: "", message: "charge refused" },
          },
        ],
      },
      { weight: 2, eventType: "fetch", trigger: "GET /health", wallMs: [1, 4] },
    ],
  },
  {
    accountId: accountIds.shop,
    name: "image-resizer",
    tag: "1f8e6d4c2b0a49788796a5b4c3d2e1f0",
    createdOn: "2023-05-20T15:30:00.000000Z",
    deployedHoursAgo: 24 * 64,
    format: "modules",
    files: imageResizerCode,
    host: "images.example.com",
    perMinute: 2,
    routes: [
      {
        weight: 9,
        eventType: "fetch",
        trigger: "GET /images/{n}.webp",
        wallMs: [12, 180],
        failures: [
          {
            minutes: [40, 46],
            share: 0.3,
            status: 503,
            outcome: "exceededCpu",
            error: { name: "Error", message: "Worker exceeded CPU time limit." },
          },
        ],
      },
      {
        weight: 1,
        eventType: "fetch",
        trigger: "GET /images/{n}.gif",
        status: 404,
        wallMs: [5, 20],
      },
    ],
  },
  {
    accountId: accountIds.shop,
    name: "shop-api",
    tag: "6a5b4c3d2e1f40918273645546372819",
    createdOn: "2023-03-15T08:00:00.000000Z",
    deployedHoursAgo: 24 * 5,
    format: "modules",
    files: apiCode,
    host: "api.example.com",
    perMinute: 1,
    routes: [
      {
        weight: 9,
        eventType: "fetch",
        trigger: "GET /v1/things/{n}",
        wallMs: [8, 90],
        failures: [
          {
            minutes: [50, 54],
            share: 0.25,
            status: 500,
            outcome: "exception",
            error: { name: "Error", message: "D1_ERROR: database is locked" },
          },
        ],
      },
      {
        weight: 1,
        eventType: "queue",
        trigger: "orders",
        wallMs: [20, 200],
        log: { level: "warn", message: "order was retried", fields: ["order"] },
      },
    ],
  },
  {
    accountId: accountIds.shop,
    name: "nightly-report",
    tag: "0b1a29384756473829105a6b7c8d9e0f",
    createdOn: "2024-01-08T12:00:00.000000Z",
    deployedHoursAgo: 24 * 300,
    format: "modules",
    files: checkoutCode.slice(1),
    host: "report.example.com",
    perMinute: 0.02,
    routes: [{ weight: 1, eventType: "cron", trigger: "*/30 * * * *", wallMs: [900, 4_000] }],
  },
  {
    accountId: accountIds.sideProjects,
    name: "url-shortener",
    tag: "f0e1d2c3b4a5469788796a5b4c3d2e1f",
    createdOn: "2024-11-03T09:00:00.000000Z",
    deployedHoursAgo: 24 * 200,
    format: "service-worker",
    files: shortenerCode,
    host: "s.example.org",
    perMinute: 0.5,
    routes: [
      { weight: 4, eventType: "fetch", trigger: "GET /{n}", status: 302, wallMs: [2, 15] },
      { weight: 1, eventType: "fetch", trigger: "GET /favicon.ico", status: 404, wallMs: [1, 3] },
    ],
  },
  {
    accountId: accountIds.bakery,
    name: "bakery-site",
    tag: "3c4d5e6f708192a3b4c5d6e7f8091a2b",
    createdOn: "2025-07-01T05:00:00.000000Z",
    deployedHoursAgo: 24 * 12,
    format: "service-worker",
    files: shortenerCode,
    host: "bakery.example.net",
    perMinute: 0.7,
    routes: [
      {
        weight: 5,
        eventType: "fetch",
        trigger: "GET /menu",
        wallMs: [5, 60],
        failures: [
          {
            minutes: [15, 20],
            share: 0.4,
            status: 500,
            outcome: "exception",
            error: { name: "Error", message: "KV GET failed: 429 Too Many Requests" },
          },
        ],
      },
      { weight: 1, eventType: "fetch", trigger: "GET /wp-login.php", status: 404, wallMs: [1, 3] },
    ],
  },
];
