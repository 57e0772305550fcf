import { ClientText } from "./client-text";

/** One thing the client may be allowed to do. */
export interface ConsentScope {
  /** The scope as it stands in tokens, e.g. `notes:read`. */
  name: string;
  /** What it allows, as a sentence for the person who decides. */
  description: string;
  /** What it does at the most; undefined where that is not known any more. */
  effect?: "reads" | "changes" | "deletes";
  /** False when it is not ticked beforehand. */
  isTicked?: boolean;
  /** Whether the person gave it to the same client before. */
  wasGiven?: boolean;
}

/** Scopes that are about one thing. */
export interface ScopeGroup {
  title: string;
  scopes: readonly ConsentScope[];
}

export interface ScopeListProps {
  groups: readonly ScopeGroup[];
  /** Those that the client did not ask for: they can be given as well, behind one line. */
  more?: readonly ScopeGroup[];
  /** What to do about it, shown while every box is empty. */
  nothingTicked: string;
}

const EFFECTS = { reads: undefined, changes: "makes changes", deletes: "can delete" } as const;

/** The checkboxes of a form about scopes; what is ticked arrives as repeated `scope` fields. */
export function ScopeList({ groups, more = [], nothingTicked }: ScopeListProps) {
  const rest = more.reduce((sum, { scopes }) => sum + scopes.length, 0);
  return (
    <fieldset class="permissions">
      <legend>It may, if you leave it ticked:</legend>
      <Groups groups={groups} id="scope" />
      <div class="extras">
        {rest === 0 ? null : (
          <details>
            <summary>Give it more ({rest})</summary>
            <p class="note">The app did not ask for these.</p>
            <Groups groups={more} id="more" />
          </details>
        )}
        {/* The stylesheet shows the names while this is open. */}
        <details class="names">
          <summary>Show technical names</summary>
          <p class="note">Each line has the name that the app uses for it.</p>
        </details>
      </div>
      {/* The stylesheet shows this only while every box is empty. */}
      <p class="none-ticked" role="status">
        Nothing is ticked. {nothingTicked}
      </p>
    </fieldset>
  );
}

function Groups({ groups, id }: { groups: readonly ScopeGroup[]; id: string }) {
  return (
    <>
      {groups.map(({ title, scopes }, group) => (
        <div class="group">
          <p class="group-title" id={`${id}-${group}`}>
            {title}
          </p>
          {/* Not a fieldset: in another one, screen readers repeat the outer legend. */}
          <ul class="scopes" aria-labelledby={`${id}-${group}`}>
            {scopes.map((scope, index) => (
              <ScopeBox scope={scope} id={`${id}-${group}-${index}`} />
            ))}
          </ul>
        </div>
      ))}
    </>
  );
}

function ScopeBox({ scope, id }: { scope: ConsentScope; id: string }) {
  const { name, description, effect = "reads", isTicked = true, wasGiven = false } = scope;
  const mark = EFFECTS[effect];
  return (
    <li>
      <label>
        <input
          type="checkbox"
          name="scope"
          value={name}
          checked={isTicked}
          aria-labelledby={id}
          aria-describedby={`${id}-about`}
        />
        <span>
          <span id={id}>{description}</span>
          <span id={`${id}-about`}>
            {mark === undefined ? null : (
              <>
                {" "}
                <span class={`effect ${effect}`}>{mark}</span>
              </>
            )}
            {wasGiven ? <span class="given"> allowed before</span> : null}
            <code class="scope-name">
              <ClientText text={name} max={Infinity} />
            </code>
          </span>
        </span>
      </label>
    </li>
  );
}
