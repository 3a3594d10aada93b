// Every service that residents can ask for.
const city = "https://311.example.org";

const answer = await fetch(`${city}/open311/v2/services.json`);
if (!answer.ok) throw new Error(await answer.text());

for (const service of await answer.json()) {
  console.log(service.service_code, "–", service.service_name);
}
