// Keeps what was taken in the browser's own database, durably: a number is shown only after the
// report under it is on the disk. One list of numbers is walked in its order; which is next is
// decided in the same transaction that keeps the report, so two windows never give the same.

(() => {
  "use strict";

  const VERSION = 1;

  function opened(name) {
    return new Promise((resolve, reject) => {
      const asked = indexedDB.open(name, VERSION);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("intakes", { keyPath: "number" });
        asked.result.createObjectStore("facts");
      };
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
      asked.onblocked = () => reject(new Error("blocked"));
    });
  }

  globalThis.CityCallStore = class {
    constructor(kit, numbers) {
      Object.assign(this, { kit, numbers });
    }

    async open() {
      this.base = await opened(`citycall-kit-${this.kit}`);
      // Asked for so that a full disk does not make the browser drop it; a refusal changes nothing.
      await navigator.storage?.persist?.().catch(() => false);
      this.device = await this.within(["facts"], ({ facts }, done) => {
        const asked = facts.get("device");
        asked.onsuccess = () => {
          const device = asked.result ?? crypto.randomUUID();
          facts.put(device, "device");
          done(device);
        };
      });
    }

    // Does work in one transaction that is on the disk when the promise resolves.
    within(names, work) {
      return new Promise((resolve, reject) => {
        const step = this.base.transaction(names, "readwrite", { durability: "strict" });
        const stores = Object.fromEntries(names.map((name) => [name, step.objectStore(name)]));
        let result;
        step.oncomplete = () => resolve(result);
        step.onerror = () => reject(step.error);
        step.onabort = () => reject(step.error ?? new Error("aborted"));
        work(
          stores,
          (value) => (result = value),
          (error) => {
            step.abort();
            reject(error);
          },
        );
      });
    }

    // Keeps a new report under the next number, and lets the draft go with it.
    take(told) {
      return this.within(["intakes", "facts"], ({ intakes, facts }, done, fail) => {
        const asked = facts.get("next");
        asked.onsuccess = () => {
          const next = asked.result ?? 0;
          if (next >= this.numbers.length) return fail(new RangeError("none left"));
          const at = new Date().toISOString();
          const intake = { number: this.numbers[next], told_at: at, changed_at: at, void: false, told };
          intakes.add(intake);
          facts.put(next + 1, "next");
          facts.delete("draft");
          done(intake);
        };
      });
    }

    change(number, told) {
      return this.changed(number, (intake) => ({ ...intake, told }));
    }

    makeVoid(number) {
      return this.changed(number, (intake) => ({ ...intake, void: true }));
    }

    changed(number, change) {
      return this.within(["intakes", "facts"], ({ intakes, facts }, done) => {
        const asked = intakes.get(number);
        asked.onsuccess = () => {
          const made = { ...change(asked.result), changed_at: new Date().toISOString() };
          intakes.put(made);
          facts.delete("draft");
          done(made);
        };
      });
    }

    all() {
      return this.within(["intakes"], ({ intakes }, done) => {
        const asked = intakes.getAll();
        asked.onsuccess = () =>
          done(asked.result.sort((one, other) => other.told_at.localeCompare(one.told_at)));
      });
    }

    // Lets go of what is in an export file. The numbers stay given: the list goes on where it was.
    erase(until) {
      return this.within(["intakes"], ({ intakes }) => {
        const asked = intakes.openCursor();
        asked.onsuccess = () => {
          const here = asked.result;
          if (!here) return;
          if (here.value.changed_at <= until) here.delete();
          here.continue();
        };
      });
    }

    fact(name) {
      return this.within(["facts"], ({ facts }, done) => {
        const asked = facts.get(name);
        asked.onsuccess = () => done(asked.result);
      });
    }

    keep(name, value) {
      return this.within(["facts"], ({ facts }) => facts.put(value, name));
    }

    async left() {
      return this.numbers.length - ((await this.fact("next")) ?? 0);
    }
  };
})();
