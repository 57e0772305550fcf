import { Layout } from "./layout";

/** A tool as the front page tells of it. */
export interface HomePageTool {
  name: string;
  title: string;
  description: string;
  /** What calls of it can need: all of these, or, as a calculator's operations do, one each. */
  scopes: readonly string[];
}

/** What the front page shows. */
export interface HomePageProps {
  serverName: string;
  /** Where this server is reached, without a trailing slash. */
  origin: string;
  tools: readonly HomePageTool[];
}

/** The front page: what this is, what to paste into a client, and what a client can do with it. */
export function HomePage({ serverName, origin, tools }: HomePageProps) {
  return (
    <Layout title="Connect an AI app" serverName={serverName}>
      <h1>Connect an AI app to {serverName}</h1>
      <p>
        {serverName} lets an AI app such as Claude or Cursor work for you, after you sign in and
        choose what it may do.
      </p>
      <h2>Address</h2>
      <p>In your app, add a remote MCP server with this address:</p>
      <p>
        <code class="address copyable">{`${origin}/mcp`}</code>
      </p>
      <h2>Tools</h2>
      {tools.length > 0 ? (
        <ul class="tools">
          {tools.map((tool) => (
            <li>
              <h3>{tool.title}</h3>
              <p>{tool.description}</p>
              <p class="note">
                <code>{tool.name}</code>
                {tool.scopes.length > 0 ? (
                  <>
                    {" uses "}
                    {tool.scopes.map((scope, index) => (
                      <>
                        {index > 0 ? ", " : null}
                        <code>{scope}</code>
                      </>
                    ))}
                  </>
                ) : (
                  " needs no permission"
                )}
              </p>
            </li>
          ))}
        </ul>
      ) : (
        <p>No tools are set up yet.</p>
      )}
    </Layout>
  );
}
