import { leftOut } from "./left-out";

/** In place of mimetext: an Agent can answer e-mail. No e-mail reaches this Worker. */
export function createMimeMessage(): never {
  leftOut("E-mail");
}
