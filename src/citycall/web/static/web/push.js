// Messages about a report on this device: asked for by a button only, and ended by another.

(() => {
  "use strict";

  // Some browsers never answer where no push service can be reached.
  const PATIENCE_MS = 20_000;
  const section = document.querySelector("[data-push]");
  const usable = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  if (!section || !usable) return;

  const form = section.querySelector("form");
  const status = section.querySelector("[data-push-status]");
  const begin = section.querySelector("[data-push-begin]");
  const end = section.querySelector("[data-push-end]");

  function inTime(promise) {
    const late = new Promise((_resolve, reject) => {
      setTimeout(() => reject(new Error("late")), PATIENCE_MS);
    });
    return Promise.race([promise, late]);
  }

  function bytes(text) {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  }

  async function manager() {
    return (await navigator.serviceWorker.ready).pushManager;
  }

  async function say(go, subscription) {
    const { endpoint, keys } = subscription.toJSON();
    const told = new FormData(form);
    told.set("go", go);
    told.set("endpoint", endpoint);
    told.set("public_key", keys.p256dh);
    told.set("secret", keys.auth);
    const answer = await (await fetch(section.dataset.pushAt, { method: "POST", body: told })).json();
    if (answer.said) status.textContent = answer.said;
    if ("on" in answer) show(answer.on);
  }

  function show(on) {
    const focused = section.contains(document.activeElement);
    begin.hidden = on;
    end.hidden = !on;
    if (focused) (on ? end : begin).focus();
  }

  async function subscription() {
    const wanted = { userVisibleOnly: true, applicationServerKey: bytes(section.dataset.pushKey) };
    const push = await manager();
    try {
      return await push.subscribe(wanted);
    } catch (error) {
      // One that was made with another key of the city's, before it was changed.
      const old = await push.getSubscription();
      if (!old) throw error;
      await old.unsubscribe();
      return push.subscribe(wanted);
    }
  }

  async function turnOn() {
    if ((await Notification.requestPermission()) !== "granted") {
      status.textContent = section.dataset.pushRefused;
      return;
    }
    await say("on", await inTime(subscription()));
  }

  async function turnOff() {
    const known = await (await manager()).getSubscription();
    if (known) await say("off", known);
    else show(false);
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await (event.submitter === end ? turnOff() : turnOn());
    } catch {
      status.textContent = section.dataset.pushSlow;
    }
  });

  async function start() {
    section.hidden = false;
    const known = await (await manager()).getSubscription();
    if (known) await say("", known);
  }

  start().catch(() => {});
})();
