import { DurableObject, exports } from "cloudflare:workers";
import { auditFor } from "../audit/audit";
import type { NewAuditEvent } from "../audit/audit-event";
import type { ServiceConnection } from "../config";
import { sessionSecretOf } from "../configuration";
import { errorText } from "../lib/error-text";
import { TICKET_SECONDS, type TicketUse } from "./connect-ticket";
import { linkIdOfName } from "./link-id";
import { type Link, type LinkClient, LinkRows, type ServiceTokens } from "./link-rows";
import type { RenewalOutcome } from "./service-renewer";

/** Why a person has to come to their browser first. */
export type WhyRequired = "not_connected" | "client_not_allowed" | "ended";

/** What a call of the API can go on with. */
export type TokenAnswer =
  | { readonly kind: "token"; readonly accessToken: string }
  /** There is a newer token than the one that the API refused. */
  | { readonly kind: "retry" }
  | { readonly kind: "required"; readonly why: WhyRequired }
  | { readonly kind: "unavailable" };

/** What the person sees of it. */
export type LinkView = Pick<Link, "scopes" | "connectedAtSeconds" | "clients">;

/** With less left than this, a token is renewed before it is used. */
const NEAR_END_SECONDS = 60;
/** How long an answer is awaited that another instance of the object has asked for. */
const RENEWAL_LIMIT_MS = 15_000;
const MAX_CLIENTS = 100;

/**
 * What one person connected of one API: the tokens of the service, and which clients may use them. Tokens are
 * renewed here and nowhere else, once at a time, so that a refresh token that works once is never sent twice.
 */
export class ServiceLink extends DurableObject<Env> {
  readonly #rows: LinkRows;
  #renewing: Promise<RenewalOutcome> | undefined;
  #settled = Promise.withResolvers<void>();
  #allowed = Promise.withResolvers<void>();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#rows = new LinkRows(ctx.storage, sessionSecretOf(env), ctx.id.name ?? "");
  }

  /** A token that a client of the person may use. */
  async token(clientId: string, connection: ServiceConnection): Promise<TokenAnswer> {
    const { link } = this.#rows;
    if (link === undefined || !covers(link, connection)) return required("not_connected");
    if (!isFor(link, clientId)) return required("client_not_allowed");
    const tokens = await this.#rows.tokensOf(link);
    if (tokens === undefined) return required("not_connected");
    if (secondsLeft(tokens) >= NEAR_END_SECONDS) return tokenOf(tokens);
    if (tokens.refreshToken === undefined) {
      if (secondsLeft(tokens) > 0) return tokenOf(tokens);
      await this.#remove(link, "service");
      return required("ended");
    }
    const outcome = await this.#renew(tokens.accessToken, connection);
    if (outcome === "renewed") return this.token(clientId, connection);
    if (outcome === "ended") return required("ended");
    return secondsLeft(tokens) > 0 ? tokenOf(tokens) : { kind: "unavailable" };
  }

  /**
   * The API answered 401 to a token. That token is renewed; when the API refuses the new one as well, the link
   * ends, and nothing else.
   *
   * @param isRenewed whether the token is one that was renewed for such a refusal.
   */
  async refused(
    accessToken: string,
    isRenewed: boolean,
    connection: ServiceConnection,
  ): Promise<TokenAnswer> {
    const { link } = this.#rows;
    const tokens = link && (await this.#rows.tokensOf(link));
    if (link === undefined || tokens === undefined) return required("ended");
    if (tokens.accessToken !== accessToken) return { kind: "retry" };
    if (isRenewed || tokens.refreshToken === undefined) {
      await this.#remove(link, "api");
      return required("ended");
    }
    const outcome = await this.#renew(accessToken, connection);
    if (outcome === "renewed") return { kind: "retry" };
    return outcome === "ended" ? required("ended") : { kind: "unavailable" };
  }

  /**
   * Keeps what the service gave, for this client alone: clients that were allowed before may have been for
   * another account there, and ask again.
   *
   * @returns false when the ticket was used before; then nothing is kept.
   */
  async keep(
    tokens: ServiceTokens,
    asked: readonly string[],
    client: LinkClient,
    ticket: TicketUse,
  ): Promise<boolean> {
    const sealed = await this.#rows.seal(tokens);
    if (this.#rows.isUsed(ticket.id)) return false;
    this.#rows.use(ticket.id, ticket.endsAtMs);
    await this.#rows.setLink({
      version: 1,
      id: crypto.randomUUID(),
      ...sealed,
      asked: [...asked],
      scopes: tokens.scopes,
      connectedAtSeconds: Math.floor(Date.now() / 1_000),
      clients: [client],
    });
    this.#tellAllowed();
    return true;
  }

  /** Lets one more client use what is connected. @returns false when nothing is, or the ticket was used. */
  async allow(client: LinkClient, ticket: TicketUse, asked: readonly string[]): Promise<boolean> {
    const { link } = this.#rows;
    if (link === undefined || !hasAsked(link, asked) || this.#rows.isUsed(ticket.id)) return false;
    this.#rows.use(ticket.id, ticket.endsAtMs);
    const others = link.clients.filter(({ clientId }) => clientId !== client.clientId);
    await this.#rows.setLink({ ...link, clients: [...others, client].slice(-MAX_CLIENTS) });
    this.#tellAllowed();
    return true;
  }

  isUsed(ticketId: string): boolean {
    return this.#rows.isUsed(ticketId);
  }

  /** @returns undefined when nothing is connected. */
  async view(): Promise<LinkView | undefined> {
    const { link } = this.#rows;
    if (link === undefined || (await this.#rows.tokensOf(link)) === undefined) return undefined;
    const { scopes, connectedAtSeconds, clients } = link;
    return { scopes, connectedAtSeconds, clients };
  }

  /** Whether what is connected can be used, and was asked for with all of these scopes. */
  async hasScopes(asked: readonly string[]): Promise<boolean> {
    const { link } = this.#rows;
    if (link === undefined || !hasAsked(link, asked)) return false;
    return (await this.#rows.tokensOf(link)) !== undefined;
  }

  /** Waits until the client may use the link. @returns whether it may. */
  async allowedWithin(clientId: string, milliseconds: number): Promise<boolean> {
    const isAllowed = () => this.#rows.link !== undefined && isFor(this.#rows.link, clientId);
    const over = Promise.withResolvers<void>();
    const timer = setTimeout(over.resolve, milliseconds);
    const deadline = Date.now() + milliseconds;
    while (!isAllowed() && Date.now() < deadline) {
      await Promise.race([this.#allowed.promise, over.promise]);
      if (!isAllowed()) break;
    }
    clearTimeout(timer);
    return isAllowed();
  }

  /** Ends the link. @returns what is to be revoked at the service. */
  async end(): Promise<ServiceTokens | undefined> {
    const { link } = this.#rows;
    if (link === undefined) return undefined;
    const tokens = await this.#rows.tokensOf(link);
    await this.#remove(link, "person");
    return tokens;
  }

  /**
   * What a service answered to a renewal (ServiceRenewer).
   *
   * @param tokens absent when it renewed nothing.
   * @returns false when the link has ended meanwhile.
   */
  async settle(linkId: string, tokens: ServiceTokens | undefined): Promise<boolean> {
    const sealed = tokens && (await this.#rows.seal(tokens));
    const { link } = this.#rows;
    const isOurs = link?.id === linkId;
    if (isOurs) {
      if (sealed === undefined || tokens === undefined) this.#rows.endRenewal();
      else await this.#rows.setLink({ ...link, ...sealed, scopes: tokens.scopes });
    }
    this.#settled.resolve();
    this.#settled = Promise.withResolvers();
    return isOurs;
  }

  /** Nothing is left to remember. */
  override async alarm(): Promise<void> {
    if (this.#rows.link === undefined) await this.ctx.storage.deleteAll();
  }

  /** @param accessToken that is to be replaced: one renewal for all that found it so. */
  #renew(accessToken: string, connection: ServiceConnection): Promise<RenewalOutcome> {
    this.#renewing ??= this.#renewOnce(accessToken, connection).finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renewOnce(accessToken: string, connection: ServiceConnection): Promise<RenewalOutcome> {
    await this.#answerOnItsWay();
    const { link } = this.#rows;
    const tokens = link && (await this.#rows.tokensOf(link));
    if (link === undefined || tokens?.refreshToken === undefined) return "ended";
    if (tokens.accessToken !== accessToken) return "renewed";
    await this.#rows.beginRenewal();
    const { refreshToken } = tokens;
    const outcome = await exports.ServiceRenewer.renew(
      linkIdOfName(this.ctx.id.name),
      link.id,
      { ...tokens, refreshToken },
      connection,
    ).catch(noOutcome);
    if (outcome !== "renewed") {
      this.#record({ kind: "service_renewal_failed", outcome });
      if (outcome === "ended" && this.#rows.link?.id === link.id) {
        await this.#remove(link, "service");
      }
    }
    return outcome;
  }

  async #answerOnItsWay(): Promise<void> {
    const { renewalBeganAtMs } = this.#rows;
    if (renewalBeganAtMs === undefined) return;
    const limit = Promise.withResolvers<void>();
    const timer = setTimeout(limit.resolve, renewalBeganAtMs + RENEWAL_LIMIT_MS - Date.now());
    await Promise.race([this.#settled.promise, limit.promise]);
    clearTimeout(timer);
  }

  async #remove(link: Link, by: "person" | "api" | "service"): Promise<void> {
    await this.#rows.removeLink(Date.now() + (TICKET_SECONDS + 60) * 1_000);
    this.#record({ kind: "service_disconnected", by, scopes: link.scopes });
  }

  #record(
    event: EventFields<"service_renewal_failed"> | EventFields<"service_disconnected">,
  ): void {
    const { userId, api } = linkIdOfName(this.ctx.id.name);
    auditFor(this.env).record({ ...event, userId, api });
  }

  #tellAllowed(): void {
    this.#allowed.resolve();
    this.#allowed = Promise.withResolvers();
  }
}

type EventFields<Kind> = Omit<Extract<NewAuditEvent, { kind: Kind }>, "userId" | "api">;

const required = (why: WhyRequired): TokenAnswer => ({ kind: "required", why });

const tokenOf = ({ accessToken }: ServiceTokens): TokenAnswer => ({ kind: "token", accessToken });

const isFor = ({ clients }: Link, clientId: string) =>
  clients.some((client) => client.clientId === clientId);

const hasAsked = (link: Link, scopes: readonly string[]) =>
  scopes.every((scope) => link.asked.includes(scope));

/** A definition that wants more than the person was told of asks them again. */
const covers = (link: Link, { scopes }: ServiceConnection) =>
  hasAsked(
    link,
    scopes.map(({ name }) => name),
  );

const secondsLeft = ({ expiresAtSeconds }: ServiceTokens): number =>
  expiresAtSeconds === undefined ? Number.POSITIVE_INFINITY : expiresAtSeconds - Date.now() / 1_000;

/** Whoever was asked has gone; whether the service has heard of it is not known. */
function noOutcome(error: unknown): RenewalOutcome {
  console.error({ event: "service_renewer_gone", error: errorText(error) });
  return "unavailable";
}
