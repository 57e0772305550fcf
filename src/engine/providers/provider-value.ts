import { type RemoteValue, type RemoteValueOptions, remoteValue } from "../lib/remote-value";
import { signInFailure } from "./provider-failure";

/**
 * Keeps what a provider publishes (lib/remote-value.ts), with the reason why it could not be read last: an
 * operator has to act on some reasons, and others pass.
 *
 * @param address where it is read.
 * @returns a value that throws IdentityProviderError in place of ValueUnavailable.
 */
export function providerValue<Value>(
  address: string,
  options: RemoteValueOptions<Value>,
): RemoteValue<Value> {
  let failure: Error | undefined;
  const value = remoteValue({
    ...options,
    async load() {
      try {
        const loaded = await options.load();
        failure = undefined;
        return loaded;
      } catch (error) {
        failure = signInFailure(error, address);
        throw failure;
      }
    },
  });
  const explain = (error: unknown): never => {
    throw failure ?? signInFailure(error, address);
  };
  return {
    get: () => value.get().catch(explain),
    renewed: () => value.renewed().catch(explain),
  };
}
