// A crew's day: the next stop large, the others below, what waits to be sent, what has changed.

(() => {
  "use strict";

  const store = globalThis.CityCallCrew;
  const root = document.querySelector("[data-crew]");
  const json = (id) => JSON.parse(document.getElementById(id).textContent);
  const words = json("crew-words");
  const addresses = { day: root.dataset.day, sync: root.dataset.sync };
  const AGAIN_MS = 30_000;
  const ENDED = ["done", "not_found"];
  const list = root.querySelector("[data-view=list]");
  const one = root.querySelector("[data-view=stop]");
  const named = (name) => root.querySelector(`template[data-${name}]`);
  const copy = (name) => () => named(name).content.firstElementChild.cloneNode(true);
  const templates = Object.fromEntries(
    ["stop", "note", "request", "point", "line", "shot"].map((name) => [name, copy(name)]),
  );
  const channel = new BroadcastChannel(store.CHANNEL);
  let [day, steps, notes, told, photos] = [null, [], [], { state: "sent" }, new Map()];
  let shownHash = null;

  store.facts = (stop, state, said) =>
    [
      stop.window,
      said.minutes.replace("%s", stop.minutes),
      said[state],
      stop.day && said.from.replace("%s", stop.day),
    ]
      .filter(Boolean)
      .join(" · ");

  // A link for the phone's own maps, and one for a page of maps; hidden where no point is known.
  store.navigate = (where, stop) => {
    where.hidden = !stop.navigate.app;
    const [app, web] = ["[data-navigate]", "[data-navigate-web]"].map((what) => where.querySelector(what));
    if (app && stop.navigate.app) app.href = stop.navigate.app;
    if (web && stop.navigate.web) web.href = stop.navigate.web;
  };

  // Where a stop stands, with what waits on this phone told already.
  function stateOf(stop) {
    const own = steps.filter(({ order, user }) => order === stop.id && user === day.user);
    const kinds = own.map(({ kind }) => kind);
    if (kinds.includes("finish")) return "done";
    if (kinds.includes("not_found")) return "not_found";
    if (stop.state === "planned" && kinds.includes("start")) return "started";
    return stop.state;
  }

  const view = new store.StopView(one, {
    words,
    templates,
    changed: async () => {
      await load();
      channel.postMessage("changed");
      sync();
    },
  });

  async function load() {
    [day, steps, notes, photos] = await Promise.all([
      store.day(),
      store.steps(),
      store.notes(),
      store.photos(),
    ]);
    await show();
  }

  function item(stop) {
    const made = templates.stop();
    const link = made.querySelector("[data-link]");
    link.href = `#stop-${stop.id}`;
    link.textContent = stop.place ? `${stop.title} – ${stop.place}` : stop.title;
    made.querySelector("[data-facts]").textContent = store.facts(stop, stateOf(stop), words);
    return made;
  }

  function fill(where, stops) {
    list.querySelector(`[data-${where}]`).hidden = !stops.length;
    list.querySelector(`[data-${where}-list]`).replaceChildren(...stops.map(item));
  }

  function showNext(stop) {
    const box = list.querySelector("[data-next]");
    box.hidden = !stop;
    if (!stop) return;
    const title = box.querySelector("[data-title]");
    title.textContent = stop.title;
    title.href = `#stop-${stop.id}`;
    box.querySelector("[data-place]").textContent = stop.place;
    box.querySelector("[data-facts]").textContent = store.facts(stop, stateOf(stop), words);
    const waits = box.querySelector("[data-waits]");
    waits.hidden = !stop.waits.length;
    waits.textContent = words.waits.replace("%s", stop.waits.join(", "));
    box.querySelector("[data-open]").href = `#stop-${stop.id}`;
    const way = box.querySelector("[data-navigate]");
    way.hidden = !stop.navigate.app;
    if (stop.navigate.app) way.href = stop.navigate.app;
  }

  // What could not be done as it was meant is told until somebody has read it on this phone.
  async function showNotes() {
    const read = new Set(notes.filter(({ read: seen }) => seen).map(({ id }) => id));
    const fromCity = (day?.told ?? []).map(({ key, title, sentences }) => ({
      id: `told-${key}`,
      text: words.told.replace("%(title)s", title).replace("%(sentences)s", sentences.join(" ")),
    }));
    const shown = [...notes.filter((note) => !note.read), ...fromCity.filter(({ id }) => !read.has(id))];
    list.querySelector("[data-notes]").hidden = !shown.length;
    list.querySelector("[data-notes-list]").replaceChildren(
      ...shown.map(({ id, text }) => {
        const made = templates.note();
        made.querySelector("[data-text]").textContent = text;
        made.querySelector("[data-dismiss]").addEventListener("click", async () => {
          await store.addNote({ id, text, read: true });
          await load();
          list.querySelector("h1").focus();
        });
        return made;
      }),
    );
  }

  async function showList() {
    const stops = day?.stops ?? [];
    const left = stops.filter((stop) => !ENDED.includes(stateOf(stop)));
    // What has begun is next; then the first that need not wait for another.
    const next = left.find((stop) => stateOf(stop) === "started") ?? left.find(({ waits }) => !waits.length) ?? left[0];
    list.querySelector("[data-day-words]").textContent = day?.dayWords ?? "";
    list.querySelector("[data-crews]").textContent = (day?.crews ?? []).join(", ");
    const none = list.querySelector("[data-no-stops]");
    none.hidden = !day || stops.length > 0;
    none.textContent = day?.crews.length ? words.noStops : words.noCrew;
    showNext(next);
    fill("later", left.filter((stop) => stop !== next));
    fill("ended", stops.filter((stop) => ENDED.includes(stateOf(stop))));
    await showNotes();
  }

  function showStatus() {
    const bar = root.querySelector(".cr-bar");
    const waiting = steps.length;
    const said = {
      sent: waiting ? words.waiting.replace("%s", waiting) : words.allSent,
      sending: words.sending,
      offline: words.offline,
      signIn: words.signIn,
      another: words.another,
      failed: told.sentence || words.failed,
    }[told.state];
    const count = waiting && told.state !== "sent" ? ` ${words.waiting.replace("%s", waiting)}` : "";
    const status = root.querySelector("[data-status]");
    if (status.textContent !== said + count) status.textContent = said + count;
    bar.toggleAttribute("data-waiting", Boolean(waiting) || told.state === "signIn");
    root.querySelector("[data-sign-in]").hidden = told.state !== "signIn";
    root.querySelector("[data-sign-out]").hidden = !store.token || told.state === "signIn";
    root.querySelector("[data-send]").hidden = !waiting || told.state === "sending";
  }

  async function show() {
    const id = Number(location.hash.replace("#stop-", ""));
    const stop = day?.stops.find((each) => each.id === id);
    showStatus();
    if (stop) await view.show(stop, { user: day.user, steps, photos, state: stateOf(stop) });
    else await showList();
    list.hidden = Boolean(stop);
    one.hidden = !stop;
    root.hidden = false;
    const moved = shownHash !== null && shownHash !== location.hash;
    shownHash = location.hash;
    if (moved) {
      scrollTo(0, 0);
      (stop ? one : list).querySelector("h1").focus();
    }
  }

  let underWay = null;

  // One at a time; what is asked for meanwhile follows.
  function sync() {
    underWay = (underWay ?? Promise.resolve()).then(async () => {
      if (steps.length) {
        told = { state: "sending" };
        showStatus();
      }
      told = await store.sync(addresses, words);
      await load();
      if (told.state === "sent") keepForOffline().catch(() => {});
    });
    return underWay;
  }

  async function keepForOffline() {
    if (await store.keepPhotos()) await load();
    await prefetchMap();
  }

  // The tiles around today's stops, so that the map is there without a network.
  async function prefetchMap() {
    const box = root.querySelector("[data-map-name=crew]");
    const points = (day?.stops ?? []).map(({ point }) => point).filter(Boolean);
    if (!box || !points.length || !navigator.serviceWorker?.controller) return;
    for (const address of json("crew-styles")) {
      const style = await (await fetch(address)).json();
      const source = Object.values(style.sources).find(({ tiles }) => tiles);
      const wanted = new Set(points.flatMap((point) => tilesAround(point, source)));
      for (const tile of wanted) await fetch(tile);
    }
    navigator.serviceWorker.controller.postMessage({ kind: "tidy" });
  }

  // As far as the map's source goes: beyond its bounds there are no tiles.
  function tilesAround([longitude, latitude], { tiles: [address], minzoom = 8, maxzoom = 14, bounds }) {
    const made = [];
    const radians = (latitude * Math.PI) / 180;
    for (let zoom = minzoom; zoom <= maxzoom; zoom += 1) {
      const size = 2 ** zoom;
      const column = Math.floor(((longitude + 180) / 360) * size);
      const row = Math.floor(((1 - Math.asinh(Math.tan(radians)) / Math.PI) / 2) * size);
      for (const x of [column - 1, column, column + 1]) {
        for (const y of [row - 1, row, row + 1]) {
          if (bounds && !touches(x / size, y / size, 1 / size, bounds)) continue;
          made.push(address.replace("{z}", zoom).replace("{x}", x).replace("{y}", y));
        }
      }
    }
    return made;
  }

  function touches(left, top, side, [west, south, east, north]) {
    const across = (longitude) => (longitude + 180) / 360;
    const down = (latitude) => (1 - Math.asinh(Math.tan((latitude * Math.PI) / 180)) / Math.PI) / 2;
    const within = left < across(east) && left + side > across(west);
    return within && top < down(south) && top + side > down(north);
  }

  async function openMap() {
    const box = root.querySelector("[data-map-name=crew]");
    if (!box) return;
    const config = JSON.parse(box.dataset.map);
    try {
      const [{ openMap: opened }, library] = await Promise.all([
        import(config.module),
        import(config.library),
      ]);
      // The map's worker is kept with the crew's page.
      library.setWorkerUrl(new URL(root.dataset.mapWorker, location.href).href);
      const map = await opened(box);
      const items = (day?.stops ?? []).filter(({ point }) => point);
      map.showChoices(
        items.map(({ point, title }) => ({ point, label: title })),
        (index) => {
          location.hash = `#stop-${items[index].id}`;
        },
      );
      map.look(items.map(({ point }) => point));
    } catch {
      // The box says that the map cannot be shown; the list says the same in words.
    }
  }

  addEventListener("hashchange", show);
  addEventListener("online", sync);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) sync();
  });
  channel.addEventListener("message", load);
  root.querySelector("[data-send]").addEventListener("click", sync);
  root.querySelector("[data-sign-out]").addEventListener("click", async ({ target }) => {
    if (!(await store.signOut(target.dataset.signOut))) return;
    location.hash = "";
    await load();
    await sync();
  });
  root.querySelector("[data-map-details]")?.addEventListener("toggle", openMap);
  setInterval(() => steps.length && sync(), AGAIN_MS);
  load().then(sync);
  if (navigator.serviceWorker) {
    navigator.serviceWorker.register(root.dataset.worker, { scope: "/crew" }).catch(() => {});
    // What is kept must not be thrown away when the phone is short of room.
    navigator.storage?.persist?.().catch(() => {});
  }
})();
