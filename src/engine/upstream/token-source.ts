import type { UpstreamApi } from "../config";

/** Where the tokens for APIs come from, for one request of one person. */
export type TokenSource = {
  /**
   * An access token of the API for the person, kept while it lasts.
   *
   * @throws UpstreamError when there is none, saying what to do.
   */
  accessToken(api: UpstreamApi): Promise<string>;
  /** To be told when the API has taken a token: it answered, or it does not allow what was asked. */
  taken?(api: UpstreamApi, accessToken: string): void;
  /**
   * To be told when the API answers 401 to a token, however new.
   *
   * @param challenge its header WWW-Authenticate.
   * @returns whether asking for another makes sense.
   * @throws UpstreamError when it is known what the refusal means, saying what to do.
   */
  refused(api: UpstreamApi, accessToken: string, challenge: string | null): Promise<boolean>;
};
