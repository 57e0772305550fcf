import { ClientText } from "./client-text";

/** One thing the client may be allowed to do. */
export interface ConsentScope {
  /** The scope as it stands in tokens, e.g. `notes:read`. */
  name: string;
  /** What it allows, as a sentence for the person who decides. */
  description: string;
  /** False when the client did not ask for it: then it is offered, and not ticked beforehand. */
  requested?: boolean;
}

export interface ScopeListProps {
  scopes: readonly ConsentScope[];
  /** What to do about it, shown while every box is empty. */
  nothingTicked: string;
}

/** The checkboxes of a form about scopes; what is ticked arrives as repeated `scope` fields. */
export function ScopeList({ scopes, nothingTicked }: ScopeListProps) {
  return (
    <fieldset aria-describedby="scopes-hint">
      <legend>What it may do</legend>
      <ul class="scopes">
        {scopes.map((scope, index) => (
          <li>
            <label>
              <input
                type="checkbox"
                name="scope"
                value={scope.name}
                checked={scope.requested !== false}
                aria-labelledby={`scope-${index}`}
                aria-describedby={`scope-${index}-name`}
              />
              <span>
                <span id={`scope-${index}`}>{scope.description}</span>
                <span class="scope-name" id={`scope-${index}-name`}>
                  <code>
                    <ClientText text={scope.name} max={Infinity} />
                  </code>
                  {scope.requested === false ? " (not asked for)" : null}
                </span>
              </span>
            </label>
          </li>
        ))}
      </ul>
      <p class="note" id="scopes-hint">
        Untick what you don’t want to allow.
      </p>
      {/* The stylesheet shows this only while every box is empty. */}
      <p class="none-ticked" role="status">
        Nothing is ticked. {nothingTicked}
      </p>
    </fieldset>
  );
}
