import { leftOut } from "./left-out";

/** In place of cron-schedule: an Agent can have cron schedules. Sessions have only alarms at a point in time. */
export function parseCronExpression(): never {
  leftOut("The parser of cron expressions");
}
