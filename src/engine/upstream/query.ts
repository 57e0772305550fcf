type QueryValue = string | number | boolean;

/** Parameters by name; a list is one that stands there several times, and undefined is left out. */
export type Query = Readonly<Record<string, QueryValue | readonly QueryValue[] | undefined>>;

/** Appends each parameter in order, encoded as a form is. */
export function appendQuery(parameters: URLSearchParams, query: Query): URLSearchParams {
  for (const [name, value] of Object.entries(query)) {
    const items = Array.isArray(value) ? value : [value];
    for (const item of items) if (item !== undefined) parameters.append(name, String(item));
  }
  return parameters;
}
