// Keeps what is typed on a page in this tab until it is sent, so that reloading loses nothing.
// What the server has shown is the server's; only what was changed since is put back.

const form = document.querySelector("form[data-keep]");

function fields() {
  return [...form.elements].filter(
    (one) => one.name && !["hidden", "file", "submit", "button"].includes(one.type),
  );
}

function state(one) {
  return one.type === "radio" || one.type === "checkbox" ? one.checked : one.value;
}

function set(one, value) {
  if (one.type === "radio" || one.type === "checkbox") one.checked = value;
  else one.value = value;
}

if (form) {
  const place = `telling:${form.dataset.keep}:${location.pathname}`;
  const key = (one) => (one.type === "radio" || one.type === "checkbox" ? `${one.name}=${one.value}` : one.name);
  // An error page shows what was sent, which is newer than anything kept.
  if (document.querySelector(".cc-error-summary")) sessionStorage.removeItem(place);

  const kept = JSON.parse(sessionStorage.getItem(place) ?? "null");
  if (kept) {
    for (const one of fields()) if (key(one) in kept) set(one, kept[key(one)]);
    form.dispatchEvent(new Event("change"));
    form.querySelector("[data-questions]")?.dispatchEvent(new Event("change"));
  }
  form.addEventListener("input", () => {
    const now = Object.fromEntries(fields().map((one) => [key(one), state(one)]));
    sessionStorage.setItem(place, JSON.stringify(now));
  });
  form.addEventListener("submit", () => sessionStorage.removeItem(place));
}
