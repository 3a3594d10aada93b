// Open requests in a box on the map, latest first: west, south, east, north.
const city = "https://311.example.org";

const asked = new URLSearchParams({
  bbox: "-76.6300,39.2700,-76.5900,39.3100",
  open: "true",
  limit: "10",
});
const answer = await fetch(`${city}/api/v1/service_requests?${asked}`);
if (!answer.ok) throw new Error(await answer.text());

for (const request of (await answer.json()).items) {
  console.log(request.id, request.service.name, request.longitude, request.latitude);
}
