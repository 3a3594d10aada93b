// The page on which a whole report is written without a connection.

(() => {
  "use strict";

  const queue = globalThis.CityCallQueue;
  const root = document.querySelector("[data-offline]");
  const words = JSON.parse(root.dataset.words);
  const SYNC = "send-reports";
  const CARRIED = "citycall-telling";
  const CARRIED_MS = 3_600_000;

  const form = new globalThis.CityCallForm(root.querySelector("form"), words);
  const list = new globalThis.CityCallList(root.querySelector("[data-queue]"), words, {
    edit,
    send: () => send({ hurry: true }),
  });
  let own = { key: queue.newKey(), tried: false };
  let timer = 0;

  async function send(how) {
    clearTimeout(timer);
    const { left, wait } = await queue.send(root.dataset.send, how);
    await list.show();
    if (left && wait !== null) timer = setTimeout(send, Math.max(wait, 1_000), {});
    return left;
  }

  // Where the browser can, it sends by itself later, even with this page closed.
  async function askForSync() {
    const registration = await navigator.serviceWorker?.getRegistration();
    await registration?.sync?.register(SYNC);
  }

  async function keep(event) {
    event.preventDefault();
    const faults = form.faults;
    form.say(faults);
    if (Object.keys(faults).length) return;
    const { place } = Object.fromEntries(form.typed);
    const report = { ...own, language: document.documentElement.lang, title: form.title };
    try {
      await queue.keep({ ...report, place, fields: form.typed, photos: form.photos.photos });
    } catch {
      form.say({ "": words.full });
      return;
    }
    await begin();
    await list.show();
    list.say(words.kept);
    root.querySelector("[data-queue] h2").focus();
    globalThis.navigator.storage?.persist?.().catch(() => {});
    askForSync().catch(() => {});
    const left = await send({ hurry: true });
    const changing = !left && (await queue.waiting());
    list.say(left ? words.kept : changing ? words.changeFirst : words.sent);
  }

  // An empty form, for another report.
  async function begin() {
    own = { key: queue.newKey(), tried: false };
    sessionStorage.removeItem(CARRIED);
    await queue.drop();
    root.querySelector("[data-carried]").hidden = true;
    form.fill([]);
  }

  function edit(report) {
    own = { key: report.key, tried: report.tried };
    form.fill(report.fields, report.photos);
    form.say(report.faults);
    if (!Object.keys(report.faults).length) form.service.focus();
  }

  async function carriedLately() {
    const carried = await queue.carried();
    if (!carried || Date.now() - carried.at < CARRIED_MS) return carried;
    await queue.drop();
    return null;
  }

  // What was typed on the ordinary pages before the connection went, or shared from elsewhere.
  async function takeOver() {
    const typed = JSON.parse(sessionStorage.getItem(CARRIED) ?? "null");
    const carried = await carriedLately();
    if (!typed && !carried) return;
    const shared = (carried?.fields ?? []).filter(([name]) => !typed || name === "words");
    const known = new Set((typed?.fields ?? []).map(([name]) => name));
    const pairs = [...(typed?.fields ?? []), ...shared.filter(([name]) => !known.has(name))];
    // What may have arrived already under this key must not become a second request.
    if (typed?.key) own = { key: typed.key, tried: true };
    form.fill(pairs, carried?.photos ?? []);
    const note = root.querySelector("[data-carried]");
    note.hidden = false;
    note.querySelector("[data-carried-photos]").hidden = !typed?.photos;
  }

  async function start() {
    form.form.hidden = false;
    form.form.addEventListener("submit", keep);
    root.querySelector("[data-begin]").addEventListener("click", begin);
    form.showService();
    await takeOver();
    await list.show();
    globalThis.addEventListener("online", () => send({ hurry: true }));
    await send({});
  }

  start();
})();
