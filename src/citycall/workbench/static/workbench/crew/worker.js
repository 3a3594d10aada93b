// The crew page's service worker: keeps the one page, which is the same for everybody, its files,
// and the tiles of the map that were looked at. What it has to know is in CITYCALL, which the
// server writes before this.

(() => {
  "use strict";

  const { version, page, files, wished } = globalThis.CITYCALL;
  const PREFIX = "crew-";
  const CACHE = `${PREFIX}${version}`;
  const MAP = `${PREFIX}map`;
  const FILES = new Set([...files, ...wished]);
  const PATIENCE_MS = 5_000;
  const MOST_TILES = 2_000;

  async function install() {
    const cache = await caches.open(CACHE);
    await cache.addAll(files);
    await Promise.allSettled(wished.map((address) => cache.add(address)));
    const shown = await fetch(page, { cache: "no-cache" });
    if (!shown.ok) throw new Error(`${shown.status}`);
    await cache.put(page, shown);
    await globalThis.skipWaiting();
  }

  async function activate() {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE && name !== MAP);
    await Promise.all(old.map((name) => caches.delete(name)));
    await globalThis.clients.claim();
  }

  // The newest where the network is quick, the kept one otherwise.
  async function shown(request) {
    const cache = await caches.open(CACHE);
    try {
      const response = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
      if (response.ok && !response.redirected) await cache.put(page, response.clone());
      return response;
    } catch (error) {
      const kept = await cache.match(page, { ignoreVary: true });
      if (!kept) throw error;
      return kept;
    }
  }

  async function file(request) {
    const kept = await (await caches.open(CACHE)).match(request.url, { ignoreVary: true });
    return kept ?? fetch(request);
  }

  async function tile(request) {
    const cache = await caches.open(MAP);
    const kept = await cache.match(request.url, { ignoreVary: true });
    if (kept) return kept;
    const response = await fetch(request);
    if (response.status === 200 || response.status === 204) await cache.put(request.url, response.clone());
    return response;
  }

  // A style names the map's present tiles: the newest, or else the kept one.
  async function style(request) {
    const cache = await caches.open(MAP);
    try {
      const response = await fetch(request);
      if (response.ok) await cache.put(request.url, response.clone());
      return response;
    } catch (error) {
      const kept = await cache.match(request.url, { ignoreVary: true });
      if (!kept) throw error;
      return kept;
    }
  }

  async function tidy() {
    const cache = await caches.open(MAP);
    const held = await cache.keys();
    await Promise.all(held.slice(0, Math.max(0, held.length - MOST_TILES)).map((key) => cache.delete(key)));
  }

  function answer(event) {
    const { request } = event;
    const { origin, pathname } = new URL(request.url);
    if (origin !== globalThis.location.origin || request.method !== "GET") return;
    if (request.mode === "navigate") {
      if (pathname === page) event.respondWith(shown(request));
      return;
    }
    if (pathname.endsWith(".pbf")) event.respondWith(tile(request));
    else if (globalThis.CITYCALL.styles.includes(pathname)) event.respondWith(style(request));
    else if (FILES.has(pathname)) event.respondWith(file(request));
  }

  globalThis.addEventListener("install", (event) => event.waitUntil(install()));
  globalThis.addEventListener("activate", (event) => event.waitUntil(activate()));
  globalThis.addEventListener("fetch", answer);
  globalThis.addEventListener("message", (event) => event.waitUntil(tidy()));
})();
