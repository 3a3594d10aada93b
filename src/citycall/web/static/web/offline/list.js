// The reports on this device: what waits, what has to be changed, and what the city has received.

(() => {
  "use strict";

  const queue = globalThis.CityCallQueue;
  const DRAW_MS = 50;

  globalThis.CityCallList = class {
    constructor(section, words, { edit, send }) {
      Object.assign(this, { section, words, edit, send });
      this.list = section.querySelector("[data-queue-list]");
      this.status = section.querySelector("[data-queue-status]");
      this.template = document.querySelector("template[data-queue-item]");
      this.button = section.querySelector("[data-queue-send]");
      this.button.addEventListener("click", () => send());
      new BroadcastChannel(queue.CHANNEL).addEventListener("message", () => this.soon());
    }

    // Many changes in a row are drawn together.
    soon() {
      this.timer ??= setTimeout(() => {
        this.timer = null;
        this.show();
      }, DRAW_MS);
    }

    say(sentence) {
      this.status.textContent = sentence;
    }

    // The last picture drawn wins, however long the others took to be read.
    async show() {
      const drawing = (this.drawing = (this.drawing ?? 0) + 1);
      const reports = await queue.all();
      if (drawing !== this.drawing) return;
      this.section.hidden = !reports.length;
      this.button.hidden = !reports.some((report) => report.state === queue.WAITING);
      const focused = this.list.contains(document.activeElement);
      this.list.replaceChildren(...reports.reverse().map((report) => this.item(report)));
      if (focused) this.section.querySelector("h2").focus();
    }

    when(moment) {
      const language = document.documentElement.lang;
      const style = { dateStyle: "medium", timeStyle: "short" };
      return new Intl.DateTimeFormat(language, style).format(new Date(moment));
    }

    state(report) {
      const { words } = this;
      if (report.state === queue.SENT) return words.received.replace("%s", report.number);
      if (report.state === queue.CHANGE) return words.change;
      return words.waits.replace("%s", this.when(report.written));
    }

    item(report) {
      const item = this.template.content.cloneNode(true);
      const part = (name) => item.querySelector(`[data-${name}]`);
      part("title").textContent = report.title;
      part("state").textContent = this.state(report);
      const notes = [...Object.values(report.faults ?? {}), ...(report.notes ?? [])];
      if (report.stop) notes.unshift(report.stop.text);
      if (report.edited && report.state === queue.SENT) notes.push(this.words.edited);
      part("notes").replaceChildren(
        ...notes.map((sentence) => {
          const note = document.createElement("li");
          note.textContent = sentence;
          return note;
        }),
      );
      part("notes").hidden = !notes.length;
      this.offer(report, part);
      return item;
    }

    offer(report, part) {
      const received = report.state === queue.SENT;
      const label = (button, sentence) => {
        button.textContent = sentence;
        const which = document.createElement("span");
        which.className = "usa-sr-only";
        which.textContent = ` ${report.title}`;
        button.append(which);
      };
      part("follow").hidden = !received;
      if (received) part("follow").href = report.link;
      label(part("follow"), this.words.follow);
      part("edit").hidden = received;
      label(part("edit"), this.words.edit);
      part("edit").addEventListener("click", () => this.edit(report));
      label(part("discard"), received ? this.words.takeOff : this.words.discard);
      part("discard").addEventListener("click", () => this.discard(report));
      part("read").hidden = !report.stop;
      label(part("read"), this.words.read);
      part("read").addEventListener("click", () => this.readStop(report));
    }

    async discard(report) {
      const received = report.state === queue.SENT;
      if (!received && !globalThis.confirm(this.words.sure.replace("%s", report.title))) return;
      await queue.discard(report.key);
      this.say(received ? "" : this.words.deleted);
    }

    async readStop(report) {
      const fields = [...report.fields, ["stop_read", report.stop.mark]];
      await queue.keep({ ...report, fields });
      this.send();
    }
  };
})();
