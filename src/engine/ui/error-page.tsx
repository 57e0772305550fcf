import { Layout } from "./layout";

/** A failure, explained to a person in our own sentences; never a stack and never a client's words. */
export interface ErrorPageProps {
  serverName: string;
  /** What went wrong, in a few words. */
  title: string;
  /** What happened, and that nothing was granted if so. */
  message: string;
  /** What the person can do now. */
  advice: string;
  /** What an operator can find in the logs. */
  reference?: string;
  /** Where to go from here, on this server. */
  link?: { href: string; text: string };
}

/**
 * For failures that must not be redirected to a client, because the client, its redirect URI or the
 * browser's part in the request isn't trusted.
 */
export function ErrorPage(props: ErrorPageProps) {
  const { serverName, title, message, advice, reference, link } = props;
  return (
    <Layout title={title} serverName={serverName}>
      <h1>{title}</h1>
      <p>{message}</p>
      <p>{advice}</p>
      {link === undefined ? null : (
        <p>
          <a href={link.href}>{link.text}</a>
        </p>
      )}
      {reference === undefined ? null : (
        <p class="note">
          Reference: <code class="copyable">{reference}</code>
        </p>
      )}
    </Layout>
  );
}
