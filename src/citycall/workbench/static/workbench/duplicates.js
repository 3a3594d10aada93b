// Pairs that are decided by one key: only while the keyboard is on one of them.

const pairs = () => [...document.querySelectorAll("[data-pair]")];

function goTo(pair) {
  pair?.focus();
  pair?.scrollIntoView({ block: "nearest" });
}

function skip(pair) {
  const all = pairs();
  goTo(all[(all.indexOf(pair) + 1) % all.length]);
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
  const pair = event.target.closest?.("[data-pair]");
  if (!pair) return;
  const key = event.key.toLowerCase();
  if (key === "s") {
    event.preventDefault();
    skip(pair);
    return;
  }
  const form = pair.querySelector(`form[data-key="${CSS.escape(key)}"]`);
  if (!form || form.dataset.sent) return;
  event.preventDefault();
  form.dataset.sent = "yes";
  form.requestSubmit();
});

for (const pair of pairs()) {
  const button = pair.querySelector("[data-skip]");
  button.hidden = false;
  button.addEventListener("click", () => skip(pair));
}
goTo(document.querySelector("[data-go-on] [data-pair]"));
