import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { allowMethods } from "./http/allow-methods";
import type { Offering } from "./offering";
import { ErrorPage } from "./pages/error-page";
import { HomePage } from "./pages/home-page";
import { page } from "./pages/respond";
import type { Tool } from "./tools/define-tool";

/**
 * What people see in a browser: sign-in and consent, the front page, and errors.
 *
 * @param login absent where people sign in elsewhere.
 */
export function createWebsite(
  { config: { serverName }, catalogue }: Offering,
  origin: string,
  login: Hono<{ Bindings: Env }> | undefined,
): Hono<{ Bindings: Env }> {
  const app = new Hono<{ Bindings: Env }>();

  if (login !== undefined) app.route("/", login);

  app.use("/", allowMethods("GET", "HEAD"));
  app.get("/", (c) =>
    page(
      c,
      <HomePage serverName={serverName} origin={origin} tools={publicTools(catalogue.allTools)} />,
    ),
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
    const reference = crypto.randomUUID();
    console.error({ event: "unexpected_error", reference, path: c.req.path, error: String(error) });
    if (!acceptsHtml(c.req.raw)) return c.json({ error: "server_error", reference }, 500);
    const words = {
      title: "Something went wrong here",
      message: "The server could not finish this. Nothing was allowed.",
      advice: "Try again in a minute. If it stays so, give its operator the reference.",
    };
    return page(c, <ErrorPage serverName={serverName} {...words} reference={reference} />, {
      status: 500,
    });
  });
  return app;
}

/** The tools that anybody may know of. */
function publicTools(tools: readonly Tool[]) {
  return tools
    .filter((tool) => tool.forEveryone)
    .map(({ name, title, description, allScopes: scopes }) => ({
      name,
      title,
      description,
      scopes,
    }));
}

function acceptsHtml(request: Request): boolean {
  return request.headers.get("accept")?.includes("text/html") ?? false;
}
