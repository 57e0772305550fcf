import type { Note } from "../connections/notes";
import { ClientText } from "./client-text";

/** Tells what a form has just done. */
export function NoteText({ note }: { note: Note }) {
  return (
    <p class="done" role="status">
      <Words note={note} />
    </p>
  );
}

function Words({ note }: { note: Note }) {
  switch (note.kind) {
    case "ended":
      return (
        <>
          “<ClientText text={note.clientName} max={40} />” is no longer connected.
        </>
      );
    case "had-ended":
      return <>That app was no longer connected.</>;
    case "ended-all":
      return (
        <>
          {note.count === 1 ? "One app is" : `${note.count} apps are`} no longer connected.
          {note.failed > 0 ? ` ${note.failed} could not be ended: try again in a minute.` : null}
        </>
      );
    case "narrowed":
      return <>It may now do only what is ticked.</>;
    case "unchanged":
      return <>Nothing was changed.</>;
  }
}
