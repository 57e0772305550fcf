import { type AuthorizationError, CimdFetchError } from "@cloudflare/workers-oauth-provider";

/** A refusal that must not be redirected, worded for the person who sees it. */
export type Refusal = { title: string; message: string; advice: string };

const START_AGAIN = "Go back to the app and connect again: it opens a new page.";

export const nothingTicked: Refusal = {
  title: "Nothing was ticked",
  message: "The app would be connected but could not do anything.",
  advice: "Go back, and tick what the app may do, or choose Deny.",
};

export const pageExpired: Refusal = {
  title: "This page has expired",
  message:
    "It was open for more than ten minutes, was used already, was opened in another browser, or you have signed out or in as somebody else since. Nothing was allowed.",
  advice: START_AGAIN,
};

/** Does not show the list: who else is allowed is none of the refused person's business. */
export const clientNotAllowed: Refusal = {
  title: "This app may not connect here",
  message:
    "Only chosen apps may connect to this server, and this one is not among them. It got no access, and nothing was sent to it.",
  advice:
    "To have it allowed, ask whoever runs this server. If you did not start this yourself, close this page.",
};

/**
 * What a person reads when no redirect back to the client is safe (RFC 6749, section 4.1.2.1):
 * the client or its redirect URI is not trusted, or this page does not belong to this browser.
 */
export function refusalOf(error: AuthorizationError | CimdFetchError): Refusal {
  if (error instanceof CimdFetchError && error.detail === "switched_off") {
    return {
      title: "This app cannot be checked here",
      message:
        "The app identifies itself with a document at its own address, and this server does not accept such apps. By default, a server on a developer’s machine does not, because it may be unable to reach that address.",
      advice:
        "Remove this server from the app and add it again: the app then registers. An operator can set CLIENT_ID_METADATA_DOCUMENTS=on instead.",
    };
  }
  if (error instanceof CimdFetchError) {
    return {
      title: "This app could not be checked",
      message:
        "The app identifies itself with a document at its own address, but that address did not return a valid document without a redirect.",
      advice: "Try again in a minute. If this keeps happening, report it to the makers of the app.",
    };
  }
  // The library tells these apart by their descriptions only; test/worker/authorize.test.ts holds it to them.
  switch (error.description) {
    case "Invalid client_id":
    case "client_id is required":
      return {
        title: "This app is not registered here",
        message:
          "The app’s registration has expired or was removed, or it is meant for another server.",
        advice:
          "Remove this server from the app and add it again. With mcp-remote, delete the folder ~/.mcp-auth first.",
      };
    case "Invalid redirect URI":
      return {
        title: "This app asked for an answer at the wrong address",
        message:
          "The address that the app wants the answer sent to is not one that it registered, so nothing was sent there.",
        advice:
          "Remove this server from the app and add it again. Do not continue if you did not start this yourself.",
      };
    case "Approved scopes must be ones this server supports":
      return {
        title: "This page is out of date",
        message: "What you can allow here has changed since the page was opened.",
        advice: START_AGAIN,
      };
    default:
      return pageExpired;
  }
}
