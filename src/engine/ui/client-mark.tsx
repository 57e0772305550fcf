import { initialOf } from "../look/look";
import { tidy } from "./client-text";

/**
 * A picture of a client, drawn here: the first letter of a name that is vouched for, or a question mark. Nothing of the
 * client's own is shown. Words beside it say the same, so screen readers skip it.
 */
export function ClientMark({ name }: { name: string | undefined }) {
  return (
    <svg class="client-mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect x="1" y="1" width="30" height="30" rx="8" class={name === undefined ? "unknown" : ""} />
      <text x="16" y="22" text-anchor="middle">
        {name === undefined ? "?" : initialOf(tidy(name))}
      </text>
    </svg>
  );
}
