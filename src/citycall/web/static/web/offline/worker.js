// The service worker: a page to report on without a connection, sending what waits, messages.
// It keeps that one page, which is the same for everybody, and the files that it needs. No other
// page is ever kept. What it has to know is in CITYCALL, which the server writes before this.

(() => {
  "use strict";

  const queue = globalThis.CityCallQueue;
  const { version, page, files, pictures, send, share, doors } = globalThis.CITYCALL;
  const PREFIX = "citycall-";
  const CACHE = `${PREFIX}${version}`;
  const FILES = new Set([...files, ...pictures]);
  const OLD_MS = 3_600_000;
  const SYNC = "send-reports";

  const pageIn = (language) => (language ? `${page}?language=${encodeURIComponent(language)}` : page);

  // Without cookies, so that nothing of a person can be on it.
  async function fetchPage(language) {
    const response = await fetch(pageIn(language), { credentials: "omit", cache: "no-cache" });
    if (!response.ok || response.redirected) throw new Error(`${response.status}`);
    await (await caches.open(CACHE)).put(page, response);
  }

  async function install() {
    const cache = await caches.open(CACHE);
    await Promise.all([cache.addAll(files), fetchPage("")]);
    await Promise.allSettled(pictures.map((address) => cache.add(address)));
    await globalThis.skipWaiting();
  }

  async function activate() {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    await globalThis.clients.claim();
  }

  async function keptPage() {
    return (await caches.open(CACHE)).match(page, { ignoreVary: true });
  }

  // A new catalog or another language: looked for once an hour, when the site is visited anyway.
  async function refresh(language) {
    const kept = await keptPage();
    const age = Date.now() - Date.parse(kept?.headers.get("Date") ?? 0);
    const same = kept?.headers.get("Content-Language") === language;
    if (!kept || !same || !(age < OLD_MS)) await fetchPage(language);
  }

  async function file(request) {
    const kept = await (await caches.open(CACHE)).match(request.url, { ignoreVary: true });
    return kept ?? fetch(request);
  }

  // What was typed goes with it: the fields of a form that could not be sent, and its photos.
  async function carryOver(form) {
    const fields = [...form].filter(([, value]) => typeof value === "string");
    const photos = [...form.values()].filter((value) => value instanceof File && value.size);
    await queue.carry({ at: Date.now(), fields, photos });
  }

  async function visited(request) {
    const unsent = request.method === "POST" ? request.clone() : null;
    try {
      return await fetch(request);
    } catch (error) {
      const instead = await keptPage();
      if (!instead) throw error;
      if (unsent) await carryOver(await unsent.formData()).catch(() => {});
      return instead;
    }
  }

  async function shared(request) {
    await carryOver(await request.formData()).catch(() => {});
    return Response.redirect(`${page}?shared`, 303);
  }

  function answer(event) {
    const { request } = event;
    const { origin, pathname } = new URL(request.url);
    if (origin !== globalThis.location.origin) return;
    if (request.method === "POST" && pathname === share) return event.respondWith(shared(request));
    if (request.mode === "navigate") {
      if (doors.includes(pathname.split("/")[1])) event.respondWith(visited(request));
      return;
    }
    if (request.method === "GET" && FILES.has(pathname)) event.respondWith(file(request));
  }

  async function sendAll(hurry) {
    const { left } = await queue.send(send, { hurry });
    const pages = await globalThis.clients.matchAll({ type: "window" });
    const waiting = await queue.waiting();
    for (const client of pages) client.postMessage({ kind: "waiting", waiting });
    return left;
  }

  // The browser tries again by itself, as long as this fails.
  async function sync() {
    if (await sendAll(true)) throw new Error("Some reports still wait.");
  }

  async function hear({ data }) {
    if (data?.kind !== "visit") return;
    await Promise.allSettled([sendAll(Boolean(data.hurry)), refresh(data.language)]);
  }

  // A browser that shows nothing for a message loses the right to messages, so something is shown.
  async function push(event) {
    const said = event.data?.json() ?? {};
    await globalThis.registration.showNotification(said.title, {
      body: said.body,
      tag: said.tag,
      lang: said.language,
      dir: "auto",
      icon: globalThis.CITYCALL.icon,
      badge: globalThis.CITYCALL.badge,
      data: { address: said.address },
    });
  }

  async function follow(notification) {
    notification.close();
    const address = new URL(notification.data?.address ?? "/", globalThis.location.origin);
    if (address.origin !== globalThis.location.origin) return;
    await globalThis.clients.openWindow(address.href);
  }

  globalThis.addEventListener("install", (event) => event.waitUntil(install()));
  globalThis.addEventListener("activate", (event) => event.waitUntil(activate()));
  globalThis.addEventListener("fetch", answer);
  globalThis.addEventListener("message", (event) => event.waitUntil(hear(event)));
  globalThis.addEventListener("sync", (event) => {
    if (event.tag === SYNC) event.waitUntil(sync());
  });
  globalThis.addEventListener("push", (event) => event.waitUntil(push(event)));
  globalThis.addEventListener("notificationclick", (event) =>
    event.waitUntil(follow(event.notification)),
  );
})();
