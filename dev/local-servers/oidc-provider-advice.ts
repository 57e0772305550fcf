/**
 * oidc-provider prints warnings for people who put it into production: that its store is in memory,
 * and the like. Here that is the intention, and the warning would only worry whoever reads it.
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
