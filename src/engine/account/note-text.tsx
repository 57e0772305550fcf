import { ClientText } from "../ui/client-text";
import type { Note } from "./notes";

/** Says what a form has just done. */
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
    case "ended-all":
      return note.left === 0 ? (
        <>No app is connected any more.</>
      ) : (
        <>Not all could be ended at once. Try again for the rest.</>
      );
    case "narrowed":
      return <>It may now do only what is ticked.</>;
    case "service-ended":
      return note.isRevoked ? (
        <>{note.service} is no longer connected, and has ended the access on its side.</>
      ) : (
        <>
          {note.service} is no longer connected here. It could not be asked to end the access on its
          side: do that in your settings there.
        </>
      );
    case "unchanged":
      return <>Nothing was changed.</>;
  }
}
