import { unstable_readConfig } from "wrangler";

type Vars = Readonly<Record<string, string>>;

/** What belongs to the deployed server, whoever signs people in. */
const ofDeployment = ["PUBLIC_URL"];

/** What also belongs to it, if somebody on this machine signs people in. */
const ofSignIn = ["AUTH_MODE", "ADMINS"];

/** Set by the command line: no need to report that it differs from wrangler.jsonc. */
const ofCommandLine = ["AUTH_MODE", "IDP"];

export type LocalSettings = {
  /** Everything that the Worker on this machine gets instead of the values in wrangler.jsonc. */
  readonly vars: Vars;
  /** The settings of wrangler.jsonc that are not used here. */
  readonly setAside: readonly string[];
};

/**
 * Leaves out of the Worker on this machine what wrangler.jsonc has for the deployed one: its address, and who may
 * sign in where.
 *
 * @param configFile the wrangler configuration.
 * @param vars what is used here instead.
 * @param isLocal whether somebody on this machine signs people in; else their own provider does, with its rules.
 * @param signInVariables those of the server that belong to one deployment.
 * @throws Error when the file cannot be read.
 */
export function localSettings(
  configFile: string,
  vars: Vars,
  isLocal: boolean,
  signInVariables: readonly string[],
): LocalSettings {
  const configured = unstable_readConfig({ config: configFile });
  const hasRoutes = configured.routes !== undefined || configured.route !== undefined;
  const names = new Set(
    isLocal ? [...ofDeployment, ...ofSignIn, ...signInVariables] : ofDeployment,
  );
  const replaced = [...names].filter((name) => {
    const value = configured.vars[name];
    return value !== undefined && value !== "" && value !== vars[name];
  });
  return {
    vars: { ...Object.fromEntries(replaced.map((name) => [name, ""])), ...vars },
    setAside: [
      ...(hasRoutes ? ["routes"] : []),
      ...replaced.filter((name) => !ofCommandLine.includes(name)),
    ],
  };
}
