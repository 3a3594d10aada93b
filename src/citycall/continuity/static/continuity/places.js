// Finds places in the kit's gazetteer: addresses, corners, blocks and names, also misspelt or only
// begun. It needs nothing but the packed gazetteer, and answers while somebody types.

(() => {
  "use strict";

  const AND = new Set(["and", "at", "y", "con", "&", "/", "@"]);
  const FILLERS = new Set(["corner", "of", "the", "esquina", "de", "la", "el", "near", "intersection"]);
  const MOST_STREETS = 8;
  const EXACT = 1;
  const BEGUN = 0.86;
  const MISSPELT = 0.84;
  const EACH_LETTER = 0.1;

  function fold(text) {
    return text
      .toLowerCase()
      .normalize("NFKD")
      .replace(/\p{Mn}/gu, "")
      .replace(/['\u2019\u2018\u02bc`.]/g, "")
      .replace(/([&/@])/g, " $1 ")
      .split(/[^\p{L}\p{N}&/@]+/u)
      .filter(Boolean);
  }

  function running(steps) {
    let at = 0;
    return Int32Array.from(steps, (step) => (at += step));
  }

  function points(steps) {
    const flat = new Int32Array(steps.length);
    let x = 0;
    let y = 0;
    for (let at = 0; at < steps.length; at += 2) {
      flat[at] = x += steps[at];
      flat[at + 1] = y += steps[at + 1];
    }
    return flat;
  }

  // How many letters differ, swaps of neighbours counted once; more than `most` is just more.
  function apart(one, other, most) {
    if (Math.abs(one.length - other.length) > most) return most + 1;
    let before = [];
    let last = Array.from({ length: other.length + 1 }, (_, at) => at);
    for (let i = 1; i <= one.length; i += 1) {
      const row = [i];
      let least = i;
      for (let j = 1; j <= other.length; j += 1) {
        const same = one[i - 1] === other[j - 1];
        let cost = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
        const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
        if (swapped) cost = Math.min(cost, before[j - 2] + 1);
        row.push(cost);
        least = Math.min(least, cost);
      }
      if (least > most) return most + 1;
      before = last;
      last = row;
    }
    return last[other.length];
  }

  class Streets {
    constructor(data) {
      Object.assign(this, { names: data.streets, types: data.types });
      Object.assign(this, { directions: data.directions, same: data.same });
      this.byKey = new Map();
      data.keys.forEach((key, street) => this.add(key, street));
      for (const [key, street] of data.aliases) this.add(key, street);
      this.keys = [...this.byKey.keys()].sort();
      this.parts = data.streets.map((name) => this.partsOf(fold(name)));
    }

    add(key, street) {
      if (!this.byKey.has(key)) this.byKey.set(key, []);
      this.byKey.get(key).push(street);
    }

    partsOf(words) {
      let rest = [...words];
      const found = { direction: "", type: "" };
      const own = (table, word) => (Object.hasOwn(table, word) ? table[word] : "");
      if (rest.length > 1 && own(this.directions, rest[0])) {
        const onlyType = rest.length === 2 && own(this.types, rest[1]);
        if (!onlyType || rest[0].length === 1) found.direction = this.directions[rest.shift()];
      }
      if (rest.length > 2 && own(this.directions, rest.at(-1)) && own(this.types, rest.at(-2))) {
        rest.pop();
      }
      if (rest.length > 1 && own(this.types, rest.at(-1))) found.type = this.types[rest.pop()];
      const plain = rest.map((word) => own(this.same, word) || word.replace(/^(\d+)(st|nd|rd|th)$/, "$1"));
      return { ...found, key: plain.join(" ") };
    }

    // The streets that words may mean, best first: [street, quality].
    matching(words) {
      const asked = this.partsOf(words);
      if (!asked.key) return [];
      const found = new Map();
      const keep = (key, quality) => {
        for (const street of this.byKey.get(key) ?? []) {
          const own = this.parts[street];
          let worth = quality;
          if (asked.direction !== own.direction) worth -= asked.direction && own.direction ? 0.14 : 0.03;
          if (asked.type !== own.type) worth -= asked.type ? 0.1 : 0.01;
          if (worth > (found.get(street) ?? 0)) found.set(street, worth);
        }
      };
      keep(asked.key, EXACT);
      keep(words.join(" "), EXACT);
      if (asked.key.length > 1) this.begun(asked.key, keep);
      if (!found.size) this.misspelt(asked.key, keep);
      const ranked = [...found].sort(
        (a, b) => b[1] - a[1] || this.names[a[0]].localeCompare(this.names[b[0]]),
      );
      return ranked.slice(0, MOST_STREETS);
    }

    begun(start, keep) {
      let low = 0;
      let high = this.keys.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (this.keys[middle] < start) low = middle + 1;
        else high = middle;
      }
      for (; low < this.keys.length && this.keys[low].startsWith(start); low += 1) {
        if (this.keys[low] !== start) keep(this.keys[low], BEGUN);
      }
    }

    misspelt(key, keep) {
      const most = key.length > 6 ? 2 : 1;
      if (key.length < 4) return;
      for (const known of this.keys) {
        const letters = apart(key, known, most);
        if (letters <= most) keep(known, MISSPELT - EACH_LETTER * letters);
      }
    }
  }

  globalThis.CityCallPlaces = class {
    constructor(data) {
      this.per = data.perDegree;
      this.weights = data.weights;
      this.streets = new Streets(data);
      this.readBlocks(data.blocks);
      this.readHouses(data.houses);
      this.readCorners(data.corners);
      this.readPlaces(data.places);
    }

    readBlocks({ street, ends, bends, points: steps }) {
      this.ends = ends;
      this.line = points(steps);
      this.from = [0];
      for (const count of bends) this.from.push(this.from.at(-1) + count);
      this.blocksOf = new Map();
      running(street).forEach((id, block) => {
        if (!this.blocksOf.has(id)) this.blocksOf.set(id, []);
        this.blocksOf.get(id).push(block);
      });
    }

    readHouses({ street, count, number, points: steps }) {
      const numbers = running(number);
      const flat = points(steps);
      this.houses = new Map();
      let at = 0;
      street.forEach((id, place) => {
        const own = new Map();
        for (const end = at + count[place]; at < end; at += 1) {
          own.set(numbers[at], [flat[2 * at], flat[2 * at + 1]]);
        }
        this.houses.set(id, own);
      });
    }

    readCorners({ streets, points: steps }) {
      const flat = points(steps);
      this.corners = new Map();
      streets.forEach((ids, corner) => {
        for (const one of ids) {
          for (const other of ids) {
            const pair = `${one} ${other}`;
            if (one === other) continue;
            if (!this.corners.has(pair)) this.corners.set(pair, []);
            this.corners.get(pair).push({ ids, x: flat[2 * corner], y: flat[2 * corner + 1] });
          }
        }
      });
    }

    readPlaces(rows) {
      this.places = rows;
      this.words = rows.map(([, name, parent, others]) => ({
        names: [name, ...others].map((each) => fold(each).join(" ")),
        tokens: [...new Set(fold([name, parent, ...others].join(" ")))],
      }));
      // Which places have a word that begins with these two letters.
      this.byStart = new Map();
      this.words.forEach(({ tokens }, place) => {
        for (const start of new Set(tokens.map((token) => token.slice(0, 2)))) {
          if (!this.byStart.has(start)) this.byStart.set(start, []);
          this.byStart.get(start).push(place);
        }
      });
    }

    // The places that words may mean, best first.
    search(text, limit = 8) {
      const words = fold(text);
      if (!words.length) return [];
      const found = [...this.cornersOf(words), ...this.addresses(words), ...this.named(words)];
      const best = new Map();
      for (const each of found.sort((a, b) => b.worth - a.worth)) {
        const key = `${each.label} ${Math.round(each.x / 60)} ${Math.round(each.y / 60)}`;
        if (!best.has(key)) best.set(key, each);
      }
      return [...best.values()].slice(0, limit).map((each) => this.told(each));
    }

    told({ kind, label, sort, x, y, reach }) {
      return {
        kind,
        label,
        sort: sort ?? "",
        longitude: x / this.per,
        latitude: y / this.per,
        accuracy: reach,
      };
    }

    cornersOf(words) {
      const said = words.filter((word) => !FILLERS.has(word) || AND.has(word));
      const found = [];
      said.forEach((word, at) => {
        if (!AND.has(word) || at === 0 || at === said.length - 1) return;
        const left = this.streets.matching(said.slice(0, at));
        const right = this.streets.matching(said.slice(at + 1));
        for (const [one, sure] of left) {
          for (const [other, surer] of right) {
            for (const { ids, x, y } of this.corners.get(`${one} ${other}`) ?? []) {
              const label = ids.map((id) => this.streets.names[id]).join(" & ");
              const worth = sure * surer;
              found.push({ kind: "intersection", label, x, y, reach: 15, worth });
            }
          }
        }
      });
      return found;
    }

    addresses([first, ...words]) {
      const number = /^\d{1,6}$/.test(first) ? Number(first) : 0;
      if (!number || !words.length) return [];
      const block = words[0] === "block" || words[0] === "blk";
      const street = block ? words.slice(words[1] === "of" ? 2 : 1) : words;
      return this.streets.matching(street).map(([id, sure]) => this.address(number, id, sure, block)).filter(Boolean);
    }

    address(number, street, sure, wholeBlock) {
      const name = this.streets.names[street];
      const house = this.houses.get(street)?.get(number);
      if (house && !wholeBlock) {
        const [x, y] = house;
        return { kind: "address", label: `${number} ${name}`, x, y, reach: 8, worth: sure + 0.05 };
      }
      let best = null;
      for (const block of this.blocksOf.get(street) ?? []) {
        const there = this.onBlock(block, number);
        if (there && (!best || there.off < best.off)) best = there;
      }
      if (!best || best.off > 100) return null;
      const worth = sure - (best.off ? 0.15 : 0);
      const { x, y } = best;
      if (!wholeBlock) return { kind: "address", label: `${number} ${name}`, x, y, reach: 30 + best.off, worth };
      const hundred = Math.floor(number / 100) * 100;
      return { kind: "segment", label: `${hundred} block of ${name}`, x, y, reach: 75, worth };
    }

    // Where a number would stand on a block, and by how much it misses the block's numbers.
    onBlock(block, number) {
      let best = null;
      for (const side of [0, 2]) {
        const [start, end] = this.ends.slice(4 * block + side, 4 * block + side + 2);
        if (start < 0 || end < 0) continue;
        const low = Math.min(start, end);
        const high = Math.max(start, end);
        const missed = Math.max(0, low - number, number - high) + ((number - low) % 2 ? 1 : 0);
        if (best && best.off <= missed) continue;
        const share = high > low ? (number - start) / (end - start) : 0.5;
        best = { off: missed, ...this.along(block, Math.min(1, Math.max(0, share))) };
      }
      return best;
    }

    along(block, share) {
      const bends = [];
      for (let at = this.from[block]; at < this.from[block + 1]; at += 1) {
        bends.push([this.line[2 * at], this.line[2 * at + 1]]);
      }
      const lengths = bends.slice(1).map(([x, y], at) => Math.hypot(x - bends[at][0], y - bends[at][1]));
      let left = share * lengths.reduce((sum, each) => sum + each, 0);
      for (const [at, length] of lengths.entries()) {
        if (left <= length || at === lengths.length - 1) {
          const part = length ? Math.min(1, left / length) : 0;
          const [[x, y], [x2, y2]] = [bends[at], bends[at + 1]];
          return { x: x + part * (x2 - x), y: y + part * (y2 - y) };
        }
        left -= length;
      }
      return { x: bends[0][0], y: bends[0][1] };
    }

    named(words) {
      const said = words.filter((word) => !FILLERS.has(word));
      const asked = said.length ? said : words;
      const counts = new Map();
      for (const start of new Set(asked.map((word) => word.slice(0, 2)))) {
        for (const place of this.byStart.get(start) ?? []) {
          counts.set(place, (counts.get(place) ?? 0) + 1);
        }
      }
      const found = [];
      for (const place of counts.keys()) {
        const worth = this.worth(this.words[place], words, asked);
        const sort = this.places[place][0];
        if (worth > 0.5) found.push(this.place(place, worth * (this.weights[sort] ?? 1)));
      }
      return found;
    }

    worth({ names, tokens }, words, asked) {
      if (names.includes(words.join(" "))) return EXACT;
      const hits = asked.filter((word) => tokens.some((token) => token.startsWith(word)));
      const letters = hits.reduce((sum, word) => sum + word.length, 0);
      const all = asked.reduce((sum, word) => sum + word.length, 0);
      const more = Math.max(0, tokens.length - asked.length);
      return (letters / all) * 0.9 - Math.min(0.2, 0.02 * more);
    }

    place(place, worth) {
      const [sort, name, parent, , x, y, reach, kind] = this.places[place];
      const label = parent ? `${name}, ${parent}` : name;
      return { kind, label, sort, x, y, reach: reach || 30, worth };
    }
  };
})();
