import { html } from "hono/html";
import type { PropsWithChildren } from "hono/jsx";
import { currentLook } from "../look/context";
import { LOOK_STYLESHEET, lookStylesheet } from "../look/stylesheet";
import { Mark } from "./mark";

/** Where the icon of a server without one of its own is. */
export const NEUTRAL_ICON = "/icon.svg";

/** What every page shares. */
export interface LayoutProps {
  /** For the browser's tab and for screen readers. No text from a client: a tab cannot isolate it. */
  title: string;
  /** The operator's name for this server, `SERVER_NAME`. */
  serverName: string;
  /** Makes the browser go there now. See `ContinuePage`. */
  refresh?: string;
  /** Whether people manage their connections here: where they sign in here. */
  hasConnections?: boolean;
  /** Where the same page is as Markdown, for agents, with the links of llms.txt (version 2). */
  markdown?: string;
}

/**
 * The document around every page, doctype included. All it loads is of this origin: stylesheets, icon, logo and
 * font, so that a content security policy can refuse everything else.
 */
export function Layout(props: PropsWithChildren<LayoutProps>) {
  const { title, serverName, refresh, hasConnections, markdown, children } = props;
  const look = currentLook();
  const { product, privacy, terms, support } = look.links ?? {};
  const page = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>{`${title} · ${serverName}`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        {refresh === undefined ? null : <meta http-equiv="refresh" content={refresh} />}
        <link rel="icon" href={look.icon ?? NEUTRAL_ICON} />
        <link rel="stylesheet" href="/style.css" />
        {lookStylesheet(look) === undefined ? null : (
          <link rel="stylesheet" href={LOOK_STYLESHEET} />
        )}
        {markdown === undefined ? null : (
          <>
            <link rel="alternate" type="text/markdown" href={markdown} />
            <link rel="describedby" type="text/markdown" href={markdown} />
          </>
        )}
      </head>
      <body>
        <main class="card">
          <p class="brand">
            <Mark name={serverName} logo={look.logo} />
            <span>{serverName}</span>
          </p>
          {children}
        </main>
        <footer>
          <a href="/">About {serverName}</a>
          {hasConnections ? <a href="/connections">Your connected apps</a> : null}
          <FooterLink href={product} text="Website" />
          <FooterLink href={privacy} text="Privacy" />
          <FooterLink href={terms} text="Terms" />
          <FooterLink href={support} text="Support" />
        </footer>
      </body>
    </html>
  );
  return html`<!doctype html>${page}`;
}

function FooterLink({ href, text }: { href: string | undefined; text: string }) {
  return href === undefined ? null : (
    <a href={href} rel="noreferrer">
      {text}
    </a>
  );
}
