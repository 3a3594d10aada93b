// Runs the examples that only read: asks their address and shows the answer beneath.

const LONGEST = 20000;

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function told(words, status, milliseconds, size) {
  return words
    .replace("%status", status)
    .replace("%ms", Math.round(milliseconds))
    .replace("%size", size);
}

async function run(box, address) {
  const status = box.querySelector("[data-try-status]");
  const answer = box.querySelector("[data-try-answer]");
  status.textContent = box.dataset.running;
  const started = performance.now();
  try {
    const response = await fetch(address, { headers: { Accept: "application/json" } });
    const body = await response.text();
    const text = pretty(body);
    const size = new Blob([body]).size;
    const words = told(box.dataset.answered, response.status, performance.now() - started, size);
    status.textContent = text.length > LONGEST ? `${words} ${box.dataset.cut}` : words;
    answer.querySelector("code").textContent = text.slice(0, LONGEST);
    answer.hidden = false;
  } catch {
    status.textContent = box.dataset.failed;
  }
}

for (const box of document.querySelectorAll("[data-try]")) {
  const link = box.querySelector("a");
  const button = box.querySelector("[data-try-run]");
  button.hidden = false;
  button.addEventListener("click", () => run(box, link.getAttribute("href")));
}
