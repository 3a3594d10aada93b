// What a crew's phone keeps: the day as the city told it last, every step until the city has it,
// what is half written, and what changed. Steps carry their own time, key and person, so that they
// can be told later, once, and by nobody else.

(() => {
  "use strict";

  const CHANNEL = "citycall-crew";

  const within = globalThis.CityCallDevice.base("citycall-crew", (base) => {
    base.createObjectStore("kept");
    base.createObjectStore("steps", { keyPath: "n", autoIncrement: true });
    base.createObjectStore("drafts");
    base.createObjectStore("notes", { keyPath: "id" });
  });
  const write = (name, work) => within(name, "readwrite", work);
  const read = (name, work) => within(name, "readonly", work);

  function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(24));
    return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
  }

  // The city's time, as far as this phone has heard it, is not needed: the city is told this
  // phone's time with the steps, and puts them right.
  const addStep = (step) =>
    write("steps", (store) =>
      store.add({ photo: null, words: "", ...step, key: newKey(), at: new Date().toISOString() }),
    );

  globalThis.CityCallCrew = {
    CHANNEL,
    day: () => read("kept", (store) => store.get("day")),
    putDay: (day) => write("kept", (store) => store.put(day, "day")),
    forgetDay: () =>
      write("kept", (store) => {
        store.delete("photos");
        return store.delete("day");
      }),
    photos: async () => (await read("kept", (store) => store.get("photos"))) ?? new Map(),
    putPhotos: (photos) => write("kept", (store) => store.put(photos, "photos")),
    addStep,
    steps: () => read("steps", (store) => store.getAll()),
    dropStep: (n) => write("steps", (store) => store.delete(n)),
    draft: (id) => read("drafts", (store) => store.get(id)),
    putDraft: (id, draft) => write("drafts", (store) => store.put(draft, id)),
    dropDraft: (id) => write("drafts", (store) => store.delete(id)),
    notes: () => read("notes", (store) => store.getAll()),
    addNote: (note) => write("notes", (store) => store.put(note)),
    dropNote: (id) => write("notes", (store) => store.delete(id)),
  };
})();
