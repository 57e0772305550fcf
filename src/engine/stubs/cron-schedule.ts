import { leftOut } from "./left-out";

/** In place of cron-schedule: an Agent can have schedules in cron's form. Sessions have alarms at a time. */
export function parseCronExpression(): never {
  leftOut("The parser of cron expressions");
}
