/**
 * oidc-provider prints warnings for people who put it into production: that its store is in memory,
 * and the like. Here that is intended, and the warnings would only worry their reader.
 */
export function withoutAdvice<Result>(work: () => Result): Result {
  const { info, warn } = console;
  console.info = console.warn = () => {};
  try {
    return work();
  } finally {
    Object.assign(console, { info, warn });
  }
}
