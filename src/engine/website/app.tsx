import { type Context, Hono } from "hono";
import { accepts } from "hono/accepts";
import { HTTPException } from "hono/http-exception";
import { version } from "../../../package.json";
import { allowMethods } from "../lib/allow-methods";
import { errorText } from "../lib/error-text";
import { requestIdOf } from "../lib/request-id";
import { neutralIcon } from "../look/neutral-icon";
import { LOOK_STYLESHEET, lookStylesheet } from "../look/stylesheet";
import type { Services } from "../services";
import { routeNameOf } from "../telemetry/route-name";
import { ErrorPage } from "../ui/error-page";
import { NEUTRAL_ICON } from "../ui/layout";
import { markdownPage, page, publicFile } from "../ui/respond";
import { FrontPage } from "./front-page";
import { frontPageContent } from "./front-page-content";
import { frontPageMarkdown } from "./front-page-markdown";

/** How long caches may show the tools of an earlier deployment. */
const FRONT_PAGE_SECONDS = 300;

/**
 * What people see in a browser: sign-in and consent, the front page, and errors. Agents read the front
 * page as Markdown.
 *
 * @param login absent where people sign in elsewhere.
 */
export function createWebsite(
  services: Pick<Services, "config" | "catalogue" | "look" | "description">,
  origin: string,
  login: Hono<{ Bindings: Env }> | undefined,
): Hono<{ Bindings: Env }> {
  const { serverName } = services.config;
  const app = new Hono<{ Bindings: Env }>();

  app.use(async (c, next) => {
    c.set("look", services.look);
    await next();
  });
  if (login !== undefined) app.route("/", login);

  app.use("/", allowMethods("GET", "HEAD"));
  app.get("/", (c) => {
    const content = frontPageContent(services, origin, c.req.header("user-agent"));
    const headers = { vary: "Accept, User-Agent" };
    const init = { publicForSeconds: FRONT_PAGE_SECONDS, headers };
    return prefersMarkdown(c)
      ? markdownPage(frontPageMarkdown(content), init)
      : page(c, <FrontPage content={content} />, init);
  });

  app.use("/llms.txt", allowMethods("GET", "HEAD"));
  app.get("/llms.txt", () =>
    markdownPage(frontPageMarkdown(frontPageContent(services, origin)), {
      publicForSeconds: FRONT_PAGE_SECONDS,
    }),
  );

  const stylesheet = lookStylesheet(services.look);
  if (stylesheet !== undefined) {
    app.get(LOOK_STYLESHEET, () => publicFile(stylesheet, "text/css", FRONT_PAGE_SECONDS));
  }
  app.get(NEUTRAL_ICON, async () => {
    const icon = await neutralIcon(serverName, services.look);
    return publicFile(String(icon), "image/svg+xml", FRONT_PAGE_SECONDS);
  });

  // It says that this code answers, and checks nothing behind it: frequent requests cost nothing.
  app.use("/health", allowMethods("GET", "HEAD"));
  app.get("/health", (c) =>
    c.json({ status: "ok", name: serverName, version }, 200, { "cache-control": "no-store" }),
  );

  // Programs look for documents under /.well-known/ and must not be given a page.
  app.notFound((c) => {
    const forPeople = !c.req.path.startsWith("/.well-known/") && acceptsHtml(c.req.raw);
    if (!forPeople) return c.json({ error: "not_found" }, 404);
    const error = {
      title: "There is nothing here",
      message: "This address does not exist on this server.",
      advice: `To connect an app, give it the address ${origin}/mcp.`,
    };
    return page(c, <ErrorPage serverName={serverName} {...error} />, { status: 404 });
  });

  app.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse();
    const reference = requestIdOf(c.req.raw);
    const route = routeNameOf(c.req.path);
    console.error({
      event: "unexpected_error",
      requestId: reference,
      route,
      error: errorText(error),
    });
    if (!acceptsHtml(c.req.raw)) return c.json({ error: "server_error", reference }, 500);
    const words = {
      title: "Something went wrong here",
      message: "The server could not finish this. Nothing was allowed.",
      advice: "Try again in a minute. If this keeps happening, give the operator the reference.",
    };
    return page(c, <ErrorPage serverName={serverName} {...words} reference={reference} />, {
      status: 500,
    });
  });
  return app;
}

/** Browsers do not name Markdown; agents name it first, or alone. */
function prefersMarkdown(c: Context): boolean {
  const supports = ["text/html", "text/markdown"];
  return accepts(c, { header: "Accept", supports, default: "text/html" }) === "text/markdown";
}

function acceptsHtml(request: Request): boolean {
  return request.headers.get("accept")?.includes("text/html") ?? false;
}
