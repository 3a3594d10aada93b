// What pages that work without a network share: a durable base on this device, and photos made
// small enough for it. Used by pages and service workers alike, so it is a script of both kinds.

(() => {
  "use strict";

  // `within(store, mode, work)` of the base of this name; `made(base)` creates what it holds.
  function base(name, made) {
    // Some browsers end a connection that was idle: it is opened for each piece of work.
    function open() {
      return new Promise((resolve, reject) => {
        const asked = indexedDB.open(name, 1);
        asked.onupgradeneeded = () => made(asked.result);
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => reject(asked.error);
        asked.onblocked = () => reject(new Error("blocked"));
      });
    }

    // Runs `work(store)` in one transaction; resolves with its result once it is durable.
    return async function within(kept, mode, work) {
      const database = await open();
      try {
        return await new Promise((resolve, reject) => {
          const transaction = database.transaction(kept, mode, { durability: "strict" });
          const asked = work(transaction.objectStore(kept));
          transaction.oncomplete = () => resolve(asked?.result);
          transaction.onerror = transaction.onabort = () => reject(transaction.error);
        });
      } finally {
        database.close();
      }
    };
  }

  // Large pictures are made smaller here, so that they fit the device and a slow connection. What
  // the browser cannot read goes as it is: the server reads more kinds.
  async function smaller(file, { side, quality }) {
    let picture = null;
    try {
      picture = await createImageBitmap(file);
    } catch {
      return file;
    }
    const scale = Math.min(1, side / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const made = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
    return made ? new File([made], "photo.jpg", { type: "image/jpeg" }) : file;
  }

  globalThis.CityCallDevice = { base, smaller };
})();
