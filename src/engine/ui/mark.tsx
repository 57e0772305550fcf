import { initialOf, type Look } from "../look/look";

/** The server's logo, or the first letter of its name. It repeats the words beside it, so screen readers skip it. */
export function Mark({ name, logo }: { name: string; logo: Look["logo"] }) {
  if (logo === undefined) {
    return (
      <span class="mark initial" aria-hidden="true">
        {initialOf(name)}
      </span>
    );
  }
  return (
    <picture>
      {logo.dark === undefined ? null : (
        <source media="(prefers-color-scheme: dark)" srcset={logo.dark} />
      )}
      <img class="mark" src={logo.light} alt="" />
    </picture>
  );
}
