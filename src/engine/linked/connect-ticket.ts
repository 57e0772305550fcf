import * as z from "zod";
import type { Signatures } from "../lib/signatures";

/** As long as a consent page is good for. */
export const TICKET_SECONDS = 600;

const PURPOSE = "connect ticket";
/** Names come from outside, and addresses are short. */
const MAX_NAME_LENGTH = 60;

const ticketSchema = z.object({
  id: z.string(),
  /** Whom a tool asked: nobody else can use it. */
  userId: z.string(),
  clientId: z.string(),
  clientName: z.string(),
  /** Which API is to be connected. */
  api: z.string(),
  endsAtMs: z.number(),
});

/** What a link to connect a service stands for. */
export type ConnectTicket = z.infer<typeof ticketSchema>;

/** By which a ticket is found to have been used. */
export type TicketUse = Pick<ConnectTicket, "id" | "endsAtMs">;

/**
 * Tickets in the address of the page that connects a service. They name a person and prove nothing of whoever
 * opens them: the browser has to be signed in as that person (MCP, URL mode elicitation: phishing).
 */
export type ConnectTickets = {
  /** @returns the ticket and its text, of `[A-Za-z0-9_.-]`. */
  issue(
    of: Omit<ConnectTicket, "id" | "endsAtMs">,
  ): Promise<{ ticket: ConnectTicket; text: string }>;
  /** @returns undefined for what was not issued here; {@link isOver} says whether it still counts. */
  read(text: string): Promise<ConnectTicket | undefined>;
};

export function connectTickets({ sign, isSigned }: Signatures): ConnectTickets {
  return {
    async issue({ clientName, ...of }) {
      const ticket = {
        ...of,
        clientName: Array.from(clientName.toWellFormed()).slice(0, MAX_NAME_LENGTH).join(""),
        id: crypto.randomUUID(),
        endsAtMs: Date.now() + TICKET_SECONDS * 1_000,
      };
      const bytes = new TextEncoder().encode(JSON.stringify(ticket));
      const content = bytes.toBase64({ alphabet: "base64url", omitPadding: true });
      return { ticket, text: `${content}.${await sign(PURPOSE, content)}` };
    },
    async read(text) {
      const [content = "", proof = "", ...more] = text.split(".");
      // The text goes into a cookie: nothing may follow what was signed.
      if (more.length > 0 || !(await isSigned(proof, PURPOSE, content))) return undefined;
      const bytes = Uint8Array.fromBase64(content, { alphabet: "base64url" });
      return ticketSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes))).data;
    },
  };
}

export const isOver = ({ endsAtMs }: TicketUse): boolean => endsAtMs <= Date.now();
