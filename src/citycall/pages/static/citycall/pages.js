// What CityCall's own pages do with JavaScript on. Every page works without it.

(() => {
  "use strict";

  // Milliseconds after which a form that got no answer may be sent again.
  const PATIENCE = 15_000;

  const carrier = document.getElementById("citycall-phrases");
  const phrases = carrier ? JSON.parse(carrier.textContent) : {};

  function announce(kind, words) {
    const alert = document.createElement("div");
    alert.className = `usa-alert usa-alert--${kind} usa-alert--slim`;
    const body = document.createElement("div");
    body.className = "usa-alert__body";
    const text = document.createElement("p");
    text.className = "usa-alert__text";
    text.textContent = words;
    body.append(text);
    alert.append(body);
    document.getElementById("messages")?.replaceChildren(alert);
  }

  // A keyboard or screen reader user lands on what has to be changed.
  function focusErrors(root) {
    root.querySelector(".cc-error-summary")?.focus();
  }

  // A second press while the first is on its way sends nothing; the server refuses repeats too.
  function sendOnce(event) {
    const form = event.target;
    if (form.dataset.sending) {
      event.preventDefault();
      return;
    }
    if (event.defaultPrevented || form.method !== "post") return;
    form.dataset.sending = "true";
    setTimeout(allowSending, PATIENCE);
    const button = event.submitter;
    if (!button || button.dataset.words || button.childElementCount) return;
    button.dataset.words = button.textContent;
    button.textContent = phrases.sending;
  }

  function allowSending() {
    for (const form of document.querySelectorAll("form[data-sending]")) {
      delete form.dataset.sending;
      for (const button of form.querySelectorAll("button[data-words]")) {
        button.textContent = button.dataset.words;
        delete button.dataset.words;
      }
    }
  }

  function chosenFile(file) {
    const item = document.createElement("li");
    if (file.type.startsWith("image/")) {
      const image = document.createElement("img");
      image.alt = "";
      image.src = URL.createObjectURL(file);
      image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
      image.addEventListener("error", () => image.remove(), { once: true });
      item.append(image);
    }
    item.append(file.name);
    return item;
  }

  function showChosenFiles(input) {
    const box = input.closest(".cc-file");
    let list = box.querySelector(".cc-file__chosen");
    if (!list) {
      list = document.createElement("ul");
      list.className = "cc-file__chosen";
      list.setAttribute("aria-live", "polite");
      box.append(list);
    }
    list.replaceChildren(...Array.from(input.files, chosenFile));
  }

  // A fragment that turns out to be a whole page (a sign-in page after a session ended, say)
  // is shown as the page it is.
  function followWholePage(event) {
    const { response, text } = event.detail.ctx;
    if (response?.raw?.redirected && /^\s*<!doctype html/i.test(text ?? "")) {
      event.preventDefault();
      window.location.assign(response.raw.url);
    }
  }

  document.addEventListener("submit", sendOnce);
  document.addEventListener("change", (event) => {
    if (event.target.matches?.(".cc-file__input")) showChosenFiles(event.target);
  });
  window.addEventListener("pageshow", allowSending);
  document.addEventListener("htmx:after:request", followWholePage);
  document.addEventListener("htmx:after:swap", () => focusErrors(document));
  document.addEventListener("htmx:finally:request", allowSending);
  document.addEventListener("htmx:response:error", (event) => {
    if (event.detail.ctx.response.status !== 422) announce("error", phrases.failed);
  });
  document.addEventListener("htmx:error", () => announce("error", phrases.offline));
  focusErrors(document);
})();
