// All public requests as GeoJSON, and how many there are of each service. The file of a large city
// is large: take the compressed table or Parquet for all of it, or a part of the time as here.
const city = "https://311.example.org";

const answer = await fetch(`${city}/open-data/requests.geojson?since=2026-11-01T00:00:00Z`);
if (!answer.ok) throw new Error(await answer.text());

const services = new Map();
for (const { properties } of (await answer.json()).features) {
  services.set(properties.service_name, (services.get(properties.service_name) ?? 0) + 1);
}
for (const [name, count] of services) console.log(count, name);
