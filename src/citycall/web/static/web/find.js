// Filters the list of services while words are typed; sending the form finds them too.

const form = document.querySelector("[data-find-form]");
const list = document.querySelector("[data-find-list]");

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

function filter(typed) {
  const asked = fold(typed);
  let count = 0;
  for (const item of list.querySelectorAll("[data-find]")) {
    item.hidden = !fits(item.dataset.find.split(" "), asked);
    if (!item.hidden) count += 1;
  }
  for (const group of list.querySelectorAll("[data-find-group]")) {
    group.hidden = !group.querySelector("[data-find]:not([hidden])");
  }
  const status = form.querySelector("[data-find-status]");
  const words = count ? form.dataset.some.replace("%s", count) : form.dataset.none;
  status.textContent = asked.length ? words : "";
}

if (form && list) {
  const input = form.querySelector("input");
  input.addEventListener("input", () => filter(input.value));
}
