// What was taken, whom to call, and what is known: the kit's lists.

(() => {
  "use strict";

  const make = (name, more = {}) => Object.assign(document.createElement(name), more);
  const fold = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{Mn}/gu, "");
  const has = (text, words) => fold(words).split(/\s+/).every((word) => fold(text).includes(word));

  function ltr(text) {
    const part = make("bdi", { textContent: text });
    part.dir = "ltr";
    return part;
  }

  function row(cells, tag = "td") {
    const made = make("tr");
    for (const cell of cells) {
      const part = make(tag);
      if (tag === "th") part.scope = "col";
      part.append(cell);
      made.append(part);
    }
    return made;
  }

  globalThis.CityCallLists = {
    // The table of what was taken, the latest on top.
    taken(root, intakes, { kit, correct, makeVoid }) {
      root.replaceChildren();
      if (!intakes.length) return root.append(make("p", { textContent: kit.word("noneTaken") }));
      const table = make("table");
      const heads = ["number", "time", "service", "place", "contact", "state", "actions"];
      const head = make("thead");
      head.append(row(heads.map((key) => kit.word(key)), "th"));
      const body = make("tbody");
      for (const { number, told_at, told, void: gone } of intakes) {
        const service = kit.services.find(({ code }) => code === told.service);
        const contact = make("span");
        if (told.name || told.phone || told.email) {
          contact.append(kit.word("contactGiven"), " ", make("span", { className: "badge", textContent: kit.word("personal") }));
        }
        const actions = make("span", { className: "row" });
        if (!gone) {
          const change = make("button", { type: "button", textContent: kit.word("correct", { number }) });
          const cancel = make("button", { type: "button", textContent: kit.word("void", { number }) });
          change.addEventListener("click", () => correct(number, told));
          cancel.addEventListener("click", () => makeVoid(number));
          actions.append(change, cancel);
        }
        const cells = [ltr(number), kit.moment(told_at), service ? kit.said(service.name) : "", told.place.words ?? ""];
        const line = row([...cells, contact, kit.word(gone ? "stateVoid" : "stateGood"), actions]);
        line.className = gone ? "void" : "";
        line.children[5].className = "keep";
        body.append(line);
      }
      table.append(head, body);
      root.append(table);
    },

    directory(root, entries, words, kit) {
      const found = entries.filter(({ title, words: purpose }) => has(`${title} ${purpose}`, words));
      root.replaceChildren(...found.map((entry) => this.contact(entry, kit)));
      if (!found.length) root.append(make("p", { textContent: kit.word("nothing") }));
    },

    contact({ title, words, phone, hours, after }, kit) {
      const part = make("article");
      part.append(make("h3", { textContent: title }));
      if (phone) {
        const line = make("p");
        line.append(make("strong"));
        line.firstChild.append(ltr(phone));
        part.append(line);
      }
      if (words) part.append(make("p", { textContent: words }));
      const times = hours.map(({ days, hours: open }) => `${days}: ${open}`).join("\n");
      part.append(make("p", { className: "text", textContent: times || kit.word("hoursUnknown") }));
      if (after) part.append(make("p", { textContent: kit.word("afterHours", { who: after }) }));
      return part;
    },

    alerts(root, alerts, kit) {
      root.replaceChildren(
        ...alerts.map(({ title, words, ends }) => {
          const part = make("article");
          part.append(make("h3", { textContent: title }), make("p", { className: "text", textContent: words }));
          if (ends) part.append(make("p", { textContent: kit.word("until", { when: kit.moment(ends) }) }));
          return part;
        }),
      );
      if (!alerts.length) root.append(make("p", { textContent: kit.word("noAlerts") }));
    },

    articles(root, articles, words, kit) {
      const found = articles.filter(({ title, summary, body }) => has(`${title} ${summary} ${body}`, words));
      root.replaceChildren(
        ...found.slice(0, 50).map(({ title, summary, body }) => {
          const part = make("details");
          part.append(make("summary", { textContent: title }));
          part.append(make("p", { textContent: summary }), make("p", { className: "text", textContent: body }));
          return part;
        }),
      );
      if (!found.length) root.append(make("p", { textContent: kit.word("nothing") }));
    },
  };
})();
