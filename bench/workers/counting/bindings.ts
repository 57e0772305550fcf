import { count } from "./counter";
import { countingDatabase } from "./database";
import { watched } from "./watched";

const environments = new WeakMap<Env, Env>();

/** The same environment, with bindings that count what is done through them. */
export function countingEnv(env: Env): Env {
  let counting = environments.get(env);
  if (counting === undefined) {
    counting = { ...env };
    // By what they can do, so that a binding that is added one day counts as well.
    for (const name of Object.keys(env)) {
      const binding: unknown = Reflect.get(env, name);
      if (isLike<KVNamespace>(binding, "getWithMetadata")) {
        Reflect.set(counting, name, watched(binding, watchKv));
      } else if (isLike<DurableObjectNamespace>(binding, "idFromName")) {
        Reflect.set(counting, name, watched(binding, watchNamespace));
      } else if (isLike<D1Database>(binding, "prepare")) {
        Reflect.set(counting, name, countingDatabase(binding));
      }
    }
    environments.set(env, counting);
  }
  return counting;
}

function isLike<Binding extends object>(
  binding: unknown,
  method: keyof Binding & string,
): binding is Binding {
  return typeof binding === "object" && binding !== null && method in binding;
}

function watchKv(name: string, [keys]: readonly unknown[], call: () => unknown): unknown {
  if (name.startsWith("get")) count("kvReads", Array.isArray(keys) ? keys.length : 1);
  if (name === "put") count("kvWrites");
  if (name === "delete") count("kvDeletes");
  if (name === "list") count("kvLists");
  return call();
}

function watchNamespace(name: string, _args: readonly unknown[], call: () => unknown): unknown {
  const result = call();
  if (typeof result !== "object" || result === null) return result;
  if (name === "jurisdiction") return watched(result, watchNamespace);
  return name === "get" || name === "getByName" ? watched(result, watchStub) : result;
}

/** Each call of a stub's method is billed as a request, `fetch` or not. */
function watchStub(_name: string, _args: readonly unknown[], call: () => unknown): unknown {
  count("objectRequests");
  return call();
}
