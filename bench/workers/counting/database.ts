import { count } from "./counter";
import { watched } from "./watched";

const originals = new WeakMap<object, object>();

/** A D1 database that counts statements, and the rows of those that report them in their results. */
export function countingDatabase(database: D1Database): D1Database {
  return watched(database, (name, args, call) => {
    switch (name) {
      case "prepare":
        return countingStatement(call());
      case "batch": {
        const statements = [args[0]].flat().map(originalOf);
        count("d1Statements", statements.length);
        return countRows(Reflect.apply(database.batch, database, [statements]));
      }
      case "exec":
        count("d1Statements");
        return call();
      default:
        return call();
    }
  });
}

function countingStatement(statement: unknown): unknown {
  if (typeof statement !== "object" || statement === null) return statement;
  const standIn = watched(statement, (name, _args, call) => {
    if (name === "bind") return countingStatement(call());
    count("d1Statements");
    return countRows(call());
  });
  originals.set(standIn, statement);
  return standIn;
}

function originalOf(statement: unknown): unknown {
  return typeof statement === "object" && statement !== null
    ? (originals.get(statement) ?? statement)
    : statement;
}

/** `first` and `raw` do not say how many rows they read. */
async function countRows(result: unknown): Promise<unknown> {
  const settled = await result;
  for (const each of [settled].flat()) {
    const { meta } = Object(each);
    count("d1RowsRead", Number(meta?.rows_read ?? 0));
    count("d1RowsWritten", Number(meta?.rows_written ?? 0));
  }
  return settled;
}
