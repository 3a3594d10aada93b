// Filters the list of services while words are typed, and asks what the words may mean where the
// page has room for that; sending the form finds them too.

const WAIT = 250;
const FEWEST = 3;
// What is found is announced once typing has paused, or it would be talked over.
const PAUSE = 700;

const form = document.querySelector("[data-find-form]");
const list = document.querySelector("[data-find-list]");
const suggested = document.querySelector("[data-suggested]");
const kept = document.querySelectorAll("[data-words]");

let waiting;
let announcing;
let request;

function fold(text) {
  return text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f'’]/g, "")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 1);
}

function fits(words, asked) {
  return asked.every((word) => {
    const stem = word.length > 3 && word.endsWith("s") ? word.slice(0, -1) : word;
    return words.some((known) => known.startsWith(stem));
  });
}

function filter(asked) {
  const items = [...list.querySelectorAll("[data-find]")];
  const fitting = items.filter((item) => fits(item.dataset.find.split(" "), asked));
  // A whole sentence fits no name: then what it may mean is told, above the whole list.
  const all = suggested !== null && fitting.length === 0;
  for (const item of items) item.hidden = !all && !fitting.includes(item);
  for (const group of list.querySelectorAll("[data-find-group]")) {
    group.hidden = !group.querySelector("[data-find]:not([hidden])");
  }
  return fitting.length;
}

function say(words) {
  form.querySelector("[data-find-status]").textContent = words;
}

async function look(words) {
  request = new AbortController();
  try {
    // With the place of the page, and what was said to be no emergency.
    const query = new URLSearchParams(new FormData(form));
    query.set("q", words);
    const answer = await fetch(`${suggested.dataset.suggested}?${query}`, {
      signal: request.signal,
    });
    if (!answer.ok) return;
    suggested.innerHTML = await answer.text();
    const said = suggested.querySelector("[data-said]")?.dataset.said;
    if (said) announcing = setTimeout(() => say(said), PAUSE);
  } catch (error) {
    // Without an answer the list below still serves, and sending the form asks again.
    if (error.name !== "AbortError") suggested.replaceChildren();
  }
}

function typed(words) {
  const asked = fold(words);
  const count = filter(asked);
  clearTimeout(waiting);
  clearTimeout(announcing);
  request?.abort();
  const counted = count ? form.dataset.some.replace("%s", count) : form.dataset.none;
  say(asked.length && (count || !suggested) ? counted : "");
  if (!suggested) return;
  for (const field of kept) field.value = words;
  if (words.trim().length < FEWEST) suggested.replaceChildren();
  else waiting = setTimeout(() => look(words), WAIT);
}

if (form && list) {
  const input = form.querySelector("input");
  input.addEventListener("input", () => typed(input.value));
  // Back, or a reload, may have brought other words than the page was made for.
  if (suggested && input.value !== input.defaultValue) typed(input.value);
}
