import { Layout } from "../ui/layout";
import type { ClientSetup } from "./client-setup";
import { type FrontPageContent, purposeOf } from "./front-page-content";
import { pasteText } from "./paste";

/** The same page as Markdown. */
const MARKDOWN = "/llms.txt";

/** The front page: what this is, how the reader's app is set up, and what it can do then. */
export function FrontPage({ content }: { content: FrontPageContent }) {
  const { serverName, mcpUrl, sseUrl, connectionsUrl, signIn, groups, setups, shownIn } = content;
  const installs = setups.filter(({ install }) => install !== undefined);
  return (
    <Layout title="Use it from your AI app" serverName={serverName} markdown={MARKDOWN}>
      <h1>Use {serverName} from your AI app</h1>
      <p class="lead">{purposeOf(content)}</p>
      {installs.length === 0 ? null : (
        <div class="actions installs">
          {installs.map(({ client, install }, index) => (
            <a
              class={index === 0 ? "button primary" : "button"}
              href={install?.app ?? install?.web}
              rel="noreferrer"
            >
              Add to {client}
            </a>
          ))}
        </div>
      )}
      <p class="note">
        Your app asks you before it adds anything. You sign in {signIn} and choose what it may do;
        it never sees your password.
      </p>
      <h2>Another app, or by hand</h2>
      <p>Any app that speaks MCP connects to this address. Click a box to select all of it.</p>
      <p>
        <code class="address copyable">{mcpUrl}</code>
      </p>
      <div class="setups">
        {setups.map((setup) => (
          <SetupByHand
            setup={setup}
            isOpen={setup.client === shownIn && setup.install === undefined}
          />
        ))}
      </div>
      <p class="note">
        For an app that only supports server-sent events: <code class="copyable">{sseUrl}</code>
      </p>
      <h2>What it can do</h2>
      <Groups groups={groups} />
      {connectionsUrl === undefined ? null : (
        <>
          <h2>See what you connected</h2>
          <p>
            Under <a href={connectionsUrl}>your connected apps</a> you can see what each app may do
            and did lately, remove permissions, and end its access.
          </p>
        </>
      )}
      <p class="note">
        For agents, this page is also <a href={MARKDOWN}>Markdown</a>.
      </p>
    </Layout>
  );
}

function SetupByHand({ setup, isOpen }: SetupProps) {
  const { client, where, paste, next, install, obstacle } = setup;
  return (
    <details open={isOpen}>
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

type SetupProps = { setup: ClientSetup; isOpen: boolean };

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

function Groups({ groups }: Pick<FrontPageContent, "groups">) {
  if (groups.length === 0) return <p>No tools are set up yet.</p>;
  return (
    <dl class="tools">
      {groups.map(({ title, tools }) => (
        <div>
          <dt>{title}</dt>
          {tools.map((tool) => (
            <dd>{tool.title}</dd>
          ))}
        </div>
      ))}
    </dl>
  );
}
