// Report a problem, once: it is sent until an answer comes, always with the same key.
const city = "https://311.example.org";
const key = "YOUR_KEY";

const report = {
  service: "SERVICE_CODE",
  location: { longitude: -76.6100, latitude: 39.2900 },
  words: "Sent by an example of the page for developers.",
};
// Keep it with the report until you have the answer: who sends again with it reports only once.
const submission = crypto.randomUUID();

async function send() {
  const answer = await fetch(`${city}/api/v1/service_requests`, {
    method: "POST",
    headers: {
      Authorization: `Bearer ${key}`,
      "Content-Type": "application/json",
      "Idempotency-Key": submission,
    },
    body: JSON.stringify(report),
  });
  if (answer.status >= 500) throw new TypeError(`The city answered ${answer.status}.`);
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

async function sendUntilAnswered() {
  for (const seconds of [1, 5, 25]) {
    try {
      return await send();
    } catch (error) {
      // A TypeError is what fetch throws when no answer came.
      if (!(error instanceof TypeError)) throw error;
      await new Promise((done) => setTimeout(done, seconds * 1000));
    }
  }
  return send();
}

const receipt = await sendUntilAnswered();
console.log("Confirmation number:", receipt.number);
console.log("Follow it at:", receipt.url);
console.log("Received before:", (await send()).again);
