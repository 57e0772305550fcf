import { Layout } from "../ui/layout";
import type { ClientSetup } from "./client-setup";
import type { FrontPageContent, PublicTool } from "./front-page-content";
import { pasteText } from "./paste";

/** The same page as Markdown. */
const MARKDOWN = "/llms.txt";

/** The front page: what this is, how each client is set up, and what a client can do with it. */
export function FrontPage({ content }: { content: FrontPageContent }) {
  const { serverName, mcpUrl, sseUrl, connectionsUrl, signIn, tools, setups } = content;
  return (
    <Layout title="Connect an AI app" serverName={serverName} markdown={MARKDOWN}>
      <h1>Connect an AI app to {serverName}</h1>
      <p>
        {serverName} lets an AI app such as Claude or Cursor work for you, after you sign in{" "}
        {signIn} and choose what it may do. The app never sees your password.
      </p>
      <h2>Address</h2>
      <p>Any app that speaks MCP connects to this address:</p>
      <p>
        <code class="address copyable">{mcpUrl}</code>
      </p>
      <p class="note">
        For an app that only supports server-sent events: <code class="copyable">{sseUrl}</code>
      </p>
      <h2>Set up your app</h2>
      <p>These open your app with everything filled in. It asks you before it adds anything.</p>
      <div class="actions installs">
        {setups.map(({ client, install }) =>
          install === undefined ? null : (
            <a class="button" href={install.app ?? install.web} rel="noreferrer">
              Add to {client}
            </a>
          ),
        )}
      </div>
      <p>Or set it up by hand. Click a box to select all of it.</p>
      <div class="setups">
        {setups.map((setup) => (
          <SetupByHand setup={setup} />
        ))}
      </div>
      {connectionsUrl === undefined ? null : (
        <>
          <h2>See what you connected</h2>
          <p>
            Under <a href={connectionsUrl}>your connected apps</a> you can see what each app may do
            and did recently, remove permissions, and end its access.
          </p>
        </>
      )}
      <h2>Tools</h2>
      <Tools tools={tools} />
      <p class="note">
        For agents, this page is also <a href={MARKDOWN}>Markdown</a>.
      </p>
    </Layout>
  );
}

function SetupByHand({ setup: { client, where, paste, next, install, obstacle } }: SetupProps) {
  return (
    <details>
      <summary>
        <h3>{client}</h3>
      </summary>
      {obstacle === undefined ? null : <p class="warning">{obstacle}</p>}
      <p>
        <Sentence text={where} />
      </p>
      <pre class="address copyable">
        <code>{paste.kind === "command" ? <Words text={paste.text} /> : pasteText(paste)}</code>
      </pre>
      <p>
        <Sentence text={next} />
      </p>
      {install?.app === undefined ? null : (
        <p class="note">
          If “Add to {client}” opens nothing,{" "}
          <a href={install.web} rel="noreferrer">
            add it through {new URL(install.web).hostname}
          </a>
          .
        </p>
      )}
    </details>
  );
}

type SetupProps = { setup: ClientSetup };

/** A sentence of a set-up: its backticks become code. */
function Sentence({ text }: { text: string }) {
  return (
    <>{text.split("`").map((part, index) => (index % 2 === 0 ? part : <code>{part}</code>))}</>
  );
}

/** A command that never wraps within a word: browsers break them after hyphens, as in `--transport`. */
function Words({ text }: { text: string }) {
  return (
    <>
      {text.split(" ").map((word, index) => (
        <>
          {index > 0 ? " " : null}
          <span class="word">{word}</span>
        </>
      ))}
    </>
  );
}

function Tools({ tools }: { tools: readonly PublicTool[] }) {
  if (tools.length === 0) return <p>No tools are set up yet.</p>;
  return (
    <ul class="tools">
      {tools.map(({ name, title, description, scopes }) => (
        <li>
          <h3>{title}</h3>
          <p>{description}</p>
          <p class="note">
            <code>{name}</code>
            {scopes.length === 0 ? " needs no permission" : " uses "}
            {scopes.map((scope, index) => (
              <>
                {index > 0 ? ", " : null}
                <code>{scope}</code>
              </>
            ))}
          </p>
        </li>
      ))}
    </ul>
  );
}
