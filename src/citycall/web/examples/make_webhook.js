// Have your server told when a request is completed or closed, and send it a first, empty call.
const city = "https://311.example.org";
const key = "YOUR_KEY";
const address = "https://your-server.example/citycall";

async function post(path, told) {
  const answer = await fetch(`${city}/api/v1${path}`, {
    method: "POST",
    headers: {
      Authorization: `Bearer ${key}`,
      ...(told && { "Content-Type": "application/json" }),
    },
    body: told && JSON.stringify(told),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

const kinds = ["completed", "closed"];
const webhook = await post("/webhooks", { name: "Example", url: address, kinds });
console.log("Keep the secret, it is shown this once:", webhook.secret);
console.log("The first call:", await post(`/webhooks/${webhook.id}/test`));
