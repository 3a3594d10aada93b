// Reports that wait on this device until they are sent: kept in IndexedDB, sent one after the
// other. Used by the page and by the service worker alike, so it is a script of both kinds.
// A report keeps the key that was made with it. The server answers the same key with the same
// number, so sending again after a lost answer is always safe.

(() => {
  "use strict";

  const CHANNEL = "citycall-queue";
  const LOCK = "citycall-sending";
  const WAITING = "waiting";
  const CHANGE = "change";
  const SENT = "sent";
  // How long one try may take, and how long to wait after one that came to nothing.
  const TRY_MS = 120_000;
  const FIRST_WAIT_MS = 5_000;
  const LONGEST_WAIT_MS = 15 * 60_000;
  const RECEIPTS_KEPT_MS = 30 * 24 * 3_600_000;

  const within = globalThis.CityCallDevice.base("citycall", (base) => {
    base.createObjectStore("reports", { keyPath: "key" });
    base.createObjectStore("carried");
  });

  // Reads a report and writes what `change` makes of it, with nothing in between.
  function changed(key, change) {
    return within("reports", "readwrite", (store) => {
      const asked = store.get(key);
      asked.onsuccess = () => {
        const made = change(asked.result);
        if (made) store.put(made);
      };
      return asked;
    });
  }

  function tell() {
    const channel = new BroadcastChannel(CHANNEL);
    channel.postMessage("changed");
    channel.close();
  }

  async function all() {
    const reports = await within("reports", "readonly", (store) => store.getAll());
    return reports.sort((one, other) => one.written.localeCompare(other.written));
  }

  const one = (key) => within("reports", "readonly", (store) => store.get(key));

  async function waiting() {
    return (await all()).filter((report) => report.state !== SENT).length;
  }

  function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(24));
    return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
  }

  // Keeps a report that was written or changed. `tried` stays: an earlier text may have arrived.
  async function keep({ key, language, title, place, fields, photos, tried }) {
    const written = new Date().toISOString();
    await changed(key, (known) => ({
      key,
      language,
      title,
      place,
      fields,
      photos,
      written: known?.written ?? written,
      changed: written,
      tried: Boolean(known?.tried || tried),
      edited: Boolean(known?.tried || tried),
      state: WAITING,
      faults: {},
      tries: 0,
      next: 0,
    }));
    tell();
  }

  async function discard(key) {
    await within("reports", "readwrite", (store) => store.delete(key));
    tell();
  }

  function formOf(report) {
    const form = new FormData();
    form.set("key", report.key);
    form.set("language", report.language);
    for (const [name, value] of report.fields) form.append(name, value);
    report.photos.forEach((photo, index) =>
      form.append("photos", photo, photo.name ?? `photo-${index + 1}.jpg`),
    );
    return form;
  }

  // What the server said, or null where the answer is not the city's: a hotel's sign-in page,
  // a proxy's error, half an answer.
  async function told(response) {
    try {
      const said = await response.json();
      return typeof said === "object" ? said : null;
    } catch {
      return null;
    }
  }

  function waitAfter(response, tries) {
    const asked = Number(response?.headers.get("Retry-After"));
    const own = Math.min(FIRST_WAIT_MS * 2 ** Math.min(tries, 10), LONGEST_WAIT_MS);
    return asked > 0 ? Math.min(asked * 1000, LONGEST_WAIT_MS) : own * (0.5 + Math.random());
  }

  // One try. Resolves with what the report is from now on; only the city's own clear answer
  // changes its state, anything else leaves it waiting.
  async function sent(report, address) {
    let response = null;
    try {
      response = await fetch(address, {
        method: "POST",
        body: formOf(report),
        // Nothing of a session is needed or wanted: who holds the key is the report's author.
        credentials: "omit",
        redirect: "error",
        cache: "no-store",
        signal: AbortSignal.timeout(TRY_MS),
      });
    } catch {
      return { wait: waitAfter(null, report.tries), stopHere: true };
    }
    const said = await told(response);
    if (response.status === 200 && said?.number && said.key === report.key) return { receipt: said };
    if (response.status === 422 && said?.faults) return { faults: said.faults, stop: said.stop };
    // A server that is too busy for this report is too busy for the next one, too.
    const stopHere = [429, 503].includes(response.status);
    return { wait: waitAfter(response, report.tries), stopHere };
  }

  async function settle(report, outcome) {
    await changed(report.key, (now) => {
      if (outcome.receipt) {
        // Also where it was deleted while it was on its way: it has been received all the same.
        const { number, link, notes } = outcome.receipt;
        const edited = report.edited || (now && now.changed !== report.changed);
        return {
          key: report.key,
          title: report.title,
          written: report.written,
          state: SENT,
          at: new Date().toISOString(),
          number,
          link,
          notes: notes ?? [],
          edited: Boolean(edited && outcome.receipt.again),
        };
      }
      if (!now || now.changed !== report.changed) return null;
      if (outcome.faults) {
        return { ...now, state: CHANGE, faults: outcome.faults, stop: outcome.stop ?? null };
      }
      return { ...now, tries: now.tries + 1, next: Date.now() + outcome.wait };
    });
    tell();
  }

  async function forgetOldReceipts() {
    const before = Date.now() - RECEIPTS_KEPT_MS;
    for (const report of await all()) {
      if (report.state === SENT && Date.parse(report.at) < before) await discard(report.key);
    }
  }

  // Resolves with how long to wait for the next try, or null where nothing waits any more.
  async function sendEach(address, hurry) {
    let wait = null;
    for (const { key } of await all()) {
      const report = await one(key);
      if (report?.state !== WAITING) continue;
      let left = report.next - Date.now();
      if (hurry || left <= 0) {
        // Said before the try, so that a device that dies in the middle knows that it has tried.
        await changed(key, (now) => (now?.state === WAITING ? { ...now, tried: true } : null));
        const outcome = await sent(report, address);
        await settle(report, outcome);
        if (outcome.stopHere) return outcome.wait;
        if (!outcome.wait) continue;
        left = outcome.wait;
      }
      wait = Math.min(wait ?? left, left);
    }
    return wait;
  }

  // Sends what waits; resolves with how many still wait and the milliseconds until the next try.
  // Only one page or worker of a browser sends at a time, where the browser can see to that.
  async function send(address, { hurry = false } = {}) {
    const locks = globalThis.navigator?.locks;
    const work = () => sendEach(address, hurry);
    const wait = await (locks ? locks.request(LOCK, work) : work());
    await forgetOldReceipts();
    const left = (await all()).filter((report) => report.state === WAITING);
    return { left: left.length, wait };
  }

  // What was typed or shared elsewhere and is to be taken over by the page, photos included.
  const carry = (what) => within("carried", "readwrite", (store) => store.put(what, "now"));
  const carried = () => within("carried", "readonly", (store) => store.get("now"));
  const drop = () => within("carried", "readwrite", (store) => store.delete("now"));

  globalThis.CityCallQueue = {
    CHANNEL,
    WAITING,
    CHANGE,
    SENT,
    all,
    one,
    waiting,
    newKey,
    keep,
    discard,
    changed,
    send,
    tell,
    carry,
    carried,
    drop,
  };
})();
