/** Sees a call of a method: its name, its arguments, and what makes it. Returns what the caller gets. */
export type Watch = (name: string, args: readonly unknown[], call: () => unknown) => unknown;

/**
 * A stand-in for an object of the runtime that reports each call before it makes it.
 *
 * @param properties stand-ins for what is read from it, by name.
 */
export function watched<Target extends object>(
  target: Target,
  watch: Watch,
  properties: Readonly<Record<string, unknown>> = {},
): Target {
  return new Proxy(target, {
    get(_, name) {
      if (typeof name === "string" && Object.hasOwn(properties, name)) return properties[name];
      // The runtime's own objects take no other `this` than themselves.
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) =>
        watch(String(name), args, () => Reflect.apply(value, target, args));
    },
  });
}
