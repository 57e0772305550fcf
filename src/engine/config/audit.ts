import * as z from "zod";
import { ConfigError, Problems, refusalsOf, variablesIn } from "./variables.ts";

/** What the audit may leave out, and how long it keeps what it has. */
export type AuditConfig = {
  /** Of the calls of tools that change nothing; everything else is always recorded. */
  readOnlyCalls: {
    /** 0 to 1: how many of them, chosen at random. */
    share: number;
    /** Whether those that failed are recorded besides. */
    failures: boolean;
  };
  retentionDays: number;
};

const PERCENT = /^(\d{1,2}(?:\.\d{1,3})?)%$/;

const readOnlyCalls = z
  .string()
  .refine(
    (value) => value === "all" || value === "writes" || PERCENT.test(value),
    'must be "all", "writes" or a share such as "10%"',
  )
  .transform((value) => {
    if (value === "all") return { share: 1, failures: true };
    if (value === "writes") return { share: 0, failures: false };
    return { share: Number(PERCENT.exec(value)?.[1]) / 100, failures: true };
  });

const schema = z.object({
  AUDIT_TOOL_CALLS: readOnlyCalls.default({ share: 1, failures: true }),
  AUDIT_RETENTION_DAYS: z.coerce
    .number("must be a number of days")
    .int("must be a whole number of days")
    .min(1, "must be at least 1 day")
    .max(3_660, "must be at most ten years, in days")
    .default(90),
});

/** The names of the variables that are read here. */
export const auditVariables: readonly string[] = Object.keys(schema.shape);

const auditSchema = schema.transform(
  (values): AuditConfig => ({
    readOnlyCalls: values.AUDIT_TOOL_CALLS,
    retentionDays: values.AUDIT_RETENTION_DAYS,
  }),
);

/** @param variables without those that are set to nothing. */
export function parseAudit(variables: Record<string, unknown>): AuditConfig | Problems {
  const parsed = auditSchema.safeParse(variables);
  return parsed.success ? parsed.data : refusalsOf(parsed);
}

/**
 * What the audit reads of the environment: every object of the Worker records into it.
 *
 * @throws ConfigError
 */
export function parseAuditConfig(env: object): AuditConfig {
  const audit = parseAudit(variablesIn(env));
  if (audit instanceof Problems) throw new ConfigError(audit.list);
  return audit;
}
