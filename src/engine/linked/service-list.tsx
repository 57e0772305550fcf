import { Since } from "../account/when";
import { ClientText } from "../ui/client-text";
import { ScopeWords } from "./connect-page";
import type { ConnectedService } from "./persons-services";

/** The other services that a person has connected, each with a form that ends it. */
export function ServiceList(props: { services: readonly ConnectedService[]; formToken: string }) {
  const { services, formToken } = props;
  if (services.length === 0) return null;
  return (
    <>
      <h1>Services that you connected</h1>
      <ul class="connections">
        {services.map(({ connection, link }) => (
          <li>
            <h2>{connection.displayName}</h2>
            <p>
              Connected <Since seconds={link.connectedAtSeconds} />, for{" "}
              {link.clients.map(({ clientName }, index) => (
                <>
                  {index > 0 ? ", " : null}
                  <ClientText text={clientName} />
                </>
              ))}
            </p>
            <ScopeWords
              scopes={connection.scopes.filter(({ name }) => link.scopes.includes(name))}
            />
            <form method="post" action={`/connections/services/${connection.api}/end`}>
              <input type="hidden" name="token" value={formToken} />
              <button type="submit" class="end">
                End this connection
              </button>
            </form>
          </li>
        ))}
      </ul>
    </>
  );
}
