// Keeps what is typed on a page in this tab until it has been sent, so that neither reloading nor
// a lost connection loses anything. What the server has shown is the server's; only what was
// changed since is put back. All that was told so far is kept beside it, so that the page for
// reporting without a connection can go on with it.

const CARRIED = "citycall-telling";
const SENDING = "citycall-sending";
const NOT_TYPED = new Set(["csrfmiddlewaretoken", "told", "go", "asked", "code"]);
const form = document.querySelector("form[data-keep]");
const soFar = JSON.parse(document.getElementById("telling-so-far")?.textContent ?? "null");

function fields() {
  return [...form.elements].filter(
    (one) => one.name && !["hidden", "file", "submit", "button"].includes(one.type),
  );
}

function checkable(one) {
  return one.type === "radio" || one.type === "checkbox";
}

function state(one) {
  return checkable(one) ? one.checked : one.value;
}

function set(one, value) {
  if (checkable(one)) one.checked = value;
  else one.value = value;
}

// Pairs of name and value: what was told before, and what this form says now instead.
function carry() {
  if (!soFar) return;
  const pairs = form ? [...new FormData(form)] : [];
  const typed = pairs.filter(([name, value]) => typeof value === "string" && !NOT_TYPED.has(name));
  const asked = new Set(form ? [...form.elements].map((one) => one.name) : []);
  const told = soFar.fields.filter(([name]) => !asked.has(name));
  const carried = { ...soFar, fields: [...told, ...typed] };
  sessionStorage.setItem(CARRIED, JSON.stringify(carried));
}

function restore(place) {
  const key = (one) => (checkable(one) ? `${one.name}=${one.value}` : one.name);
  // An error page shows what was sent, which is newer than anything kept.
  if (document.querySelector(".cc-error-summary")) sessionStorage.removeItem(place);
  const kept = JSON.parse(sessionStorage.getItem(place) ?? "null");
  if (kept) {
    for (const one of fields()) if (key(one) in kept) set(one, kept[key(one)]);
    form.dispatchEvent(new Event("change"));
    form.querySelector("[data-questions]")?.dispatchEvent(new Event("change"));
  }
  const save = () => {
    const now = Object.fromEntries(fields().map((one) => [key(one), state(one)]));
    sessionStorage.setItem(place, JSON.stringify(now));
    carry();
  };
  form.addEventListener("input", save);
  form.addEventListener("submit", () => {
    save();
    // Only another page of the city's shows that it has arrived.
    sessionStorage.setItem(SENDING, place);
  });
}

const here = form ? `telling:${form.dataset.keep}:${location.pathname}` : "";
const arrived = sessionStorage.getItem(SENDING);
if (arrived && arrived !== here) sessionStorage.removeItem(arrived);
sessionStorage.removeItem(SENDING);
if (form) restore(here);
carry();
if (!form) document.addEventListener("submit", carry);

const offer = document.querySelector("[data-offline-offer]");
if (offer && "serviceWorker" in navigator) {
  const show = () => {
    offer.hidden = navigator.onLine;
  };
  addEventListener("offline", show);
  addEventListener("online", show);
  show();
}
