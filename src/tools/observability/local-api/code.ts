/** A file of a Worker’s script, as the API hands it out. */
export type CodeFile = { name: string; contentType: string; content: string | Uint8Array };

const MODULE = "application/javascript+module";

/** The bug behind the errors in the logs of `checkout` is in line 15. */
export const checkoutCode: readonly CodeFile[] = [
  {
    name: "worker.js",
    contentType: MODULE,
    content: `import { priceOf } from "./prices.js";

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (request.method === "POST" && pathname === "/checkout") return checkout(request, env);
    if (pathname === "/health") return new Response("ok");
    return new Response("Not found", { status: 404 });
  },
};

async function checkout(request, env) {
  const basket = await request.json();
  const quote = await priceOf(basket, env);
  const amount = quote.total.amount_cents;
  const charge = await env.PAYMENTS.fetch("https://payments/charge", {
    method: "POST",
    body: JSON.stringify({ amount, currency: quote.currency, basket: basket.id }),
  });
  if (!charge.ok) {
    console.error({ message: "charge refused", basket: basket.id, status: charge.status });
    return Response.json({ error: "payment_failed" }, { status: 402 });
  }
  console.log({ message: "charged", basket: basket.id, amount });
  return Response.json({ ok: true });
}
`,
  },
  {
    name: "prices.js",
    contentType: MODULE,
    content: `/** The price of a basket. Gift cards have a fixed one, so nothing is summed up for them. */
export async function priceOf(basket, env) {
  if (basket.kind === "gift_card") return { currency: "EUR", amount_cents: basket.value * 100 };
  const lines = await env.DB.prepare("SELECT amount_cents FROM lines WHERE basket = ?")
    .bind(basket.id)
    .all();
  const amount_cents = lines.results.reduce((sum, line) => sum + line.amount_cents, 0);
  return { currency: "EUR", total: { amount_cents } };
}
`,
  },
];

export const imageResizerCode: readonly CodeFile[] = [
  {
    name: "worker.js",
    contentType: MODULE,
    content: `import resize from "./resize.wasm";

export default {
  async fetch(request, env) {
    const key = new URL(request.url).pathname.slice(1);
    const original = await env.IMAGES.get(key);
    if (original === null) return new Response("Not found", { status: 404 });
    const module = await WebAssembly.instantiate(resize);
    const bytes = module.exports.resize(await original.arrayBuffer(), 640);
    return new Response(bytes, { headers: { "content-type": "image/webp" } });
  },
};
`,
  },
  {
    name: "resize.wasm",
    contentType: "application/wasm",
    content: Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0xff, 0xfe),
  },
];

/** An old Worker, of one file without modules. */
export const shortenerCode: readonly CodeFile[] = [
  {
    name: "worker.js",
    contentType: "application/javascript",
    content: `addEventListener("fetch", (event) => event.respondWith(redirect(event.request)));

async function redirect(request) {
  const slug = new URL(request.url).pathname.slice(1);
  const target = await LINKS.get(slug);
  return target === null ? new Response("Not found", { status: 404 }) : Response.redirect(target, 302);
}
`,
  },
];

/** A Worker that passes requests on, with one long line, as bundlers make them. */
export const apiCode: readonly CodeFile[] = [
  {
    name: "worker.js",
    contentType: MODULE,
    content: `const routes=[${Array.from({ length: 900 }, (_, index) => `{path:"/v1/things/${index}",to:"https://origin.example/things/${index}"}`).join(",")}];
export default { fetch: (request) => fetch(routes.find(({ path }) => request.url.endsWith(path))?.to ?? "https://origin.example/") };
`,
  },
];
