// Hands the kept steps over in their order, and fetches the day as it is now. A step is dropped
// from the phone only when the city's own answer names its key.

(() => {
  "use strict";

  const store = globalThis.CityCallCrew;
  const LOCK = "citycall-crew";
  const TRY_MS = 120_000;
  const MOST_STEPS = 10;
  const MOST_BYTES = 6_000_000;
  const MOST_PHOTOS = 160;
  const LARGEST_PHOTO = 400_000;

  class Failed extends Error {
    constructor(state, sentence = "") {
      super(state);
      this.state = state;
      this.sentence = sentence;
    }
  }

  async function ask(address, options = {}) {
    let response = null;
    try {
      response = await fetch(address, {
        credentials: "same-origin",
        redirect: "error",
        cache: "no-store",
        signal: AbortSignal.timeout(TRY_MS),
        ...options,
      });
    } catch {
      throw new Failed("offline");
    }
    if (response.status === 401) throw new Failed("signIn");
    let told = null;
    try {
      told = await response.json();
    } catch {
      throw new Failed("failed");
    }
    if (!response.ok) throw new Failed("failed", told?.sentence ?? "");
    return told;
  }

  // What was on the day before and is not now was moved by somebody: the crew is told.
  async function keepDay(day, words) {
    const before = await store.day();
    const there = new Set(day.stops.map(({ id }) => id));
    const same = before && before.user === day.user && before.day === day.day;
    const gone = same ? before.stops.filter(({ id }) => !there.has(id)) : [];
    for (const { id, title } of gone) {
      await store.addNote({ id: `gone-${id}-${day.day}`, text: words.gone.replace("%s", title) });
    }
    const { results, token, ...kept } = day;
    store.token = token;
    await store.putDay(kept);
  }

  function batch(steps) {
    const some = [];
    let bytes = 0;
    for (const step of steps) {
      bytes += step.photo?.size ?? 0;
      if (some.length && (some.length === MOST_STEPS || bytes > MOST_BYTES)) break;
      some.push(step);
    }
    return some;
  }

  function formOf(steps) {
    const form = new FormData();
    const told = steps.map(({ photo, n, user, title, ...step }) => step);
    form.set("steps", JSON.stringify(told));
    form.set("now", new Date().toISOString());
    for (const { key, photo } of steps) if (photo) form.set(`photo-${key}`, photo, "photo.jpg");
    return form;
  }

  async function settle(steps, results, words) {
    const by = new Map(results.map((result) => [result.key, result]));
    for (const step of steps) {
      const result = by.get(step.key);
      if (!result) throw new Failed("failed");
      if (result.state === "refused") {
        const text = words.refused
          .replace("%(title)s", step.title)
          .replace("%(sentence)s", result.sentences.join(" "));
        await store.addNote({ id: `refused-${step.key}`, text });
      } else if (step.kind === "finish" || step.kind === "not_found") {
        await store.dropDraft(`${step.user}:${step.order}`);
      }
      await store.dropStep(step.n);
    }
  }

  async function handOver(addresses, words) {
    let day = await ask(addresses.day);
    await keepDay(day, words);
    for (;;) {
      const all = await store.steps();
      const own = all.filter(({ user }) => user === day.user);
      if (!own.length) return { state: all.length ? "another" : "sent" };
      const some = batch(own);
      const headers = { "X-CSRFToken": day.token };
      day = await ask(addresses.sync, { method: "POST", body: formOf(some), headers });
      await settle(some, day.results ?? [], words);
      await keepDay(day, words);
    }
  }

  // Resolves with what to say: sent, offline, signIn, another or failed. Only one page at a time.
  async function sync(addresses, words) {
    const work = () => handOver(addresses, words);
    try {
      const locks = globalThis.navigator?.locks;
      return await (locks ? locks.request(LOCK, work) : work());
    } catch (error) {
      if (error instanceof Failed) return { state: error.state, sentence: error.sentence };
      throw error;
    }
  }

  // The reporters' photos of the day's stops, small, for where there is no network; those of no
  // stop any more go. Resolves with whether anything has changed.
  async function keepPhotos() {
    const day = await store.day();
    const wanted = (day?.stops ?? []).flatMap(({ photos }) => photos ?? []).slice(0, MOST_PHOTOS);
    const known = await store.photos();
    const kept = new Map();
    for (const { src } of wanted) {
      const photo = known.get(src) ?? (await small(src));
      if (photo) kept.set(src, photo);
    }
    const changed = kept.size !== known.size || [...kept.keys()].some((src) => !known.has(src));
    // Whoever left or came meanwhile has another day, and keeps its photos.
    if (!changed || (await store.day())?.user !== day?.user) return false;
    await store.putPhotos(kept);
    return true;
  }

  async function small(src) {
    const response = await fetch(src, { credentials: "same-origin", redirect: "error" }).catch(() => null);
    if (!response?.ok) return null;
    const photo = await response.blob().catch(() => null);
    return photo?.type.startsWith("image/") && photo.size <= LARGEST_PHOTO ? photo : null;
  }

  // The day goes with whoever leaves; what they did stays until they sign in again.
  async function signOut(address) {
    const headers = { "X-CSRFToken": store.token };
    const left = await fetch(address, { method: "POST", headers, cache: "no-store" }).catch(() => null);
    if (!left?.ok) return false;
    store.token = "";
    await store.forgetDay();
    return true;
  }

  Object.assign(store, { sync, signOut, keepPhotos });
})();
