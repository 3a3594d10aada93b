// Everything that has changed since a moment, page by page: so a copy is kept up to date.
const city = "https://311.example.org";
const since = "2026-11-01T00:00:00Z";

const asked = new URLSearchParams({ sort: "updated", updated_since: since, limit: "100" });
let address = `${city}/api/v1/service_requests?${asked}`;
let latest = since;

while (address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(await answer.text());
  const page = await answer.json();
  for (const request of page.items) {
    // The same request may come again, since it may change again: replace what you have.
    console.log(request.updated_at, request.id, request.status);
    latest = request.updated_at;
  }
  address = page.next;
}

console.log("Begin the next time with:", latest);
