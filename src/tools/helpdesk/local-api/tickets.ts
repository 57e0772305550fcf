import type { PersonId } from "../../../../dev/local-servers/people.ts";

export type Ticket = {
  id: string;
  subject: string;
  text: string;
  labels: string[];
  status: "open" | "waiting" | "closed";
  due: string | null;
  created_at: string;
  closed_at: string | null;
  comments: { author: string; text: string; internal: boolean; created_at: string }[];
  attachments: { name: string; content_type: string; bytes: number; caption: string | null }[];
};

const SUBJECTS = [
  ["The invoice of October has the wrong address", "billing"],
  ["Cannot sign in on my phone", "sign-in"],
  ["Export stops at 90 %", "export"],
  ["Please add my colleague", "people"],
  ["Charged twice for one seat", "billing"],
  ["Dark mode hides the search field", "appearance"],
  ["Import of contacts loses accents", "import"],
  ["How do I cancel a subscription?", "billing"],
] as const;

/** What the two people of the examples have asked for, newest first. New lists each time it is called. */
export function exampleTickets(): Record<PersonId, Ticket[]> {
  const made = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, index) => exampleTicket(prefix, index));
  return { alice: made("T-10", 24), bob: made("T-20", 5) };
}

function exampleTicket(prefix: string, index: number): Ticket {
  const [subject, label] = SUBJECTS[index % SUBJECTS.length] ?? SUBJECTS[0];
  const day = String(28 - index).padStart(2, "0");
  const isClosed = index % 3 === 2;
  return {
    id: `${prefix}${String(60 - index).padStart(2, "0")}`,
    subject,
    text: `${subject}. It has been so for ${index + 1} days.`,
    labels: index % 4 === 0 ? [label, "urgent"] : [label],
    status: isClosed ? "closed" : index % 3 === 1 ? "waiting" : "open",
    due: index % 5 === 0 ? "2026-12-15" : null,
    created_at: `2026-10-${day}T08:12:00Z`,
    closed_at: isClosed ? `2026-11-${day}T10:00:00Z` : null,
    comments: [],
    attachments: [],
  };
}
