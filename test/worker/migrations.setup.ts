import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, inject } from "vitest";

beforeAll(() => applyD1Migrations(env.DB, inject("migrations")));
