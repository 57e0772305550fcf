import type { Look } from "./look";

// Pages are rendered in one go, without waiting for anything, so that no other request comes between. (Hono's own
// contexts would bring all of its client-side JSX into the Worker.)
let current: Look = {};

/** Renders with the look of a server: {@link currentLook} is that, until `render` returns. */
export function renderedWith<Rendered>(look: Look, render: () => Rendered): Rendered {
  const before = current;
  current = look;
  try {
    return render();
  } finally {
    current = before;
  }
}

/** The look of the server that shows the page which is being rendered; neutral outside of one. */
export function currentLook(): Look {
  return current;
}
