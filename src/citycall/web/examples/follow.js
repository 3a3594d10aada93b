// Where a request stands; asked again, an unchanged answer is not sent again.
const city = "https://311.example.org";
const address = `${city}/api/v1/service_requests/REQUEST_ID`;

const answer = await fetch(address);
if (!answer.ok) throw new Error(await answer.text());
const request = await answer.json();

console.log(request.service.name, "–", request.status);
console.log("Whose work it is:", request.agency.name);
console.log("Due:", request.due_at ?? "no time is promised");

const again = await fetch(address, { headers: { "If-None-Match": answer.headers.get("ETag") } });
console.log("Asked again:", again.status === 304 ? "nothing has changed." : again.status);
