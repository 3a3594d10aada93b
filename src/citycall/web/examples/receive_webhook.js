// Receive webhooks: believe only what is signed with your secret, was sent just now, and is new.
// Give the webhook the address of your server, and let the server answer with `receive`. In Deno:
// Deno.serve((request) => receive(request, Deno.env.get("SECRET")));
const toleranceSeconds = 300;
// Keep these in your database: a call whose answer was lost is sent again.
const received = new Set();

export async function isOurs(signature, body, secret) {
  const parts = signature.split(",").map((part) => part.split("="));
  const moment = parts.find(([name]) => name === "t")?.[1] ?? "";
  const age = Date.now() / 1000 - Number(moment);
  if (!/^\d+$/.test(moment) || Math.abs(age) > toleranceSeconds) return false;

  const bytes = new TextEncoder();
  const signed = new Uint8Array([...bytes.encode(`${moment}.`), ...new Uint8Array(body)]);
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes.encode(secret), hmac, false, ["verify"]);
  // While a secret is being exchanged there are two signatures, one with each.
  for (const [name, value] of parts) {
    if (name !== "v1" || !/^[0-9a-f]{64}$/.test(value)) continue;
    const given = Uint8Array.from(value.match(/../g), (pair) => parseInt(pair, 16));
    if (await crypto.subtle.verify("HMAC", key, given, signed)) return true;
  }
  return false;
}

export async function receive(request, secret) {
  const body = await request.arrayBuffer();
  const signature = request.headers.get("CityCall-Signature") ?? "";
  if (!(await isOurs(signature, body, secret))) return new Response(null, { status: 403 });

  const delivery = request.headers.get("CityCall-Delivery");
  if (!received.has(delivery)) {
    received.add(delivery);
    const told = JSON.parse(new TextDecoder().decode(body));
    console.log(told.kind, told.service_request?.id, told.service_request?.status);
  }
  return new Response(null, { status: 204 });
}
