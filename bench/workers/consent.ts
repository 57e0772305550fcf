/**
 * The peers' /authorize. It allows everything at once, where a real one would ask a person: signing in
 * is not what is measured. What it grants is as large as what Gatehouse grants.
 */
export const consent = {
  async fetch(request: Request, env: Env): Promise<Response> {
    if (new URL(request.url).pathname !== "/authorize") {
      return new Response("Not found\n", { status: 404 });
    }
    const authorization = await env.OAUTH_PROVIDER.parseAuthRequest(request);
    const { redirectTo } = await env.OAUTH_PROVIDER.completeAuthorization({
      request: authorization,
      userId: "kZ6oBqv0T2mJ4lR8wYd1XnC3sH5uE7aG",
      metadata: {},
      scope: authorization.scope,
      props: {
        identity: {
          issuer: "http://127.0.0.1:8789",
          subject: "5f0c1f52-0c0b-4c8e-9a3d-7be9d1a4e201",
          name: "Alice Example",
          email: "alice@example.com",
        },
        clientName: "Gatehouse benchmark",
      },
    });
    return Response.redirect(redirectTo, 302);
  },
};
