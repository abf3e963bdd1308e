// The corrected text as a diff, each fix to take or leave. The command makes every edit and proves
// it; here is only which ones are asked for.
"use strict";

const STATES = {
  fixed: ["safe", "changes nothing else"],
  unsafe: ["unsafe", ""],
  manual: ["to decide", ""],
  refused: ["not possible", ""],
};

class Fixes {
  constructor(root, { go, changed, write, refill }) {
    this.go = go;
    this.changed = changed;
    this.write = write;
    this.choices = new Map();
    this.offers = [];
    this.root = root;
    this.list = element("ul", { class: "fixes" });
    this.told = element("p", { class: "told", role: "status" });
    this.ask = element("button", { type: "button", class: "main" }, "Make the corrected text");
    this.diff = element("div", { class: "diffs" });
    this.tools = element("div", { class: "tools" },
      element("button", { type: "button", onclick: () => this.#choose((offer) => offer.state === "fixed") },
        "Take all safe ones"),
      element("button", { type: "button", onclick: () => this.#choose(() => false) }, "Leave all"));
    this.out = element("div", { class: "tools" },
      element("button", { type: "button", class: "main", onclick: () => this.#write("put") }, "Put into the editor"),
      element("button", { type: "button", onclick: () => this.#write("copy") }, "Copy text"),
      element("button", { type: "button", onclick: () => this.#write("save") }, "Download"),
      element("button", { type: "button", onclick: () => (this.old ? say("It is of the text before: wait for the new one") : copy(this.patch, "Diff")) }, "Copy diff"));
    this.refill = refill;
    this.patch = "";
    this.old = false; // of a text that has changed since
    root.append(this.told, this.ask, this.tools, this.list, this.out, this.diff);
    this.clear("Nothing is judged yet.");
  }

  // Nothing to show: why, and what makes it where it can be asked for.
  clear(text, ask = null) {
    this.offers = [];
    this.patch = "";
    fill(this.list);
    fill(this.diff);
    this.tools.hidden = true;
    this.out.hidden = true;
    this.told.textContent = text;
    this.ask.hidden = !ask;
    this.ask.onclick = ask;
  }

  // What could be done: the answer of `fix` with every safe edit, for what `check` found.
  offer(answer, found) {
    const there = new Set(found.map(spot));
    this.offers = answer.fixes.filter((each) => there.has(spot(each))).map((each) => ({
      ...each,
      key: identity(each),
      can: each.state === "fixed" || each.state === "unsafe",
    }));
    const known = new Set(this.offers.map((each) => each.key));
    for (const key of this.choices.keys()) if (!known.has(key)) this.choices.delete(key);
    this.ask.hidden = true;
    this.tools.hidden = !this.offers.some((each) => each.can);
  }

  // The arguments of `fix` for what is taken; null where that is nothing.
  arguments() {
    // Whatever is safe, in a location too that only now carries gRPC.
    if (this.offers.length && this.isDefault) return [];
    const taken = this.offers.filter((each) => each.can && this.#taken(each));
    if (!taken.length) return null;
    const only = [...new Set(taken.map(spot))].flatMap((key) => ["--only", key]);
    return [...(taken.some((each) => each.state === "unsafe") ? ["--unsafe"] : []), ...only];
  }

  get isDefault() {
    return this.offers.every((each) => !each.can || this.#taken(each) === (each.state === "fixed"));
  }

  // The diff of what is taken; null for none.
  show(answer) {
    const made = new Map((answer?.fixes ?? []).map((each) => [spot(each), each]));
    for (const each of answer?.fixes ?? []) if (each.state === "fixed") made.set(spot(each), each);
    const files = answer?.files ?? [];
    this.old = false;
    this.patch = files.map((each) => each.diff).join("");
    const all = this.offers.length;
    const count = this.offers.filter((each) => this.#taken(each) && made.get(spot(each))?.state === "fixed").length;
    this.told.textContent = all
      ? `${count} of ${plural(all, "finding")} mended${answer && !answer.summary.failed ? ": nothing is denied any more" : ""}.`
      : "Nothing to mend.";
    const focused = document.activeElement?.closest?.("li")?.dataset.key;
    fill(this.list, this.offers.slice(0, 300).map((each) => this.#row(each, made.get(spot(each)), answer)));
    if (focused) [...this.list.children].find((each) => each.dataset.key === focused)?.querySelector("input")?.focus();
    this.out.hidden = !this.patch;
    fill(this.diff, files.map((each) => diffOf(each)));
  }

  #taken(offer) {
    return this.choices.get(offer.key) ?? offer.state === "fixed";
  }

  #row(offer, made, answer) {
    const [word, plain] = STATES[offer.state];
    const taken = this.#taken(offer);
    const failed = answer && taken && offer.can && made?.state !== "fixed" ? made?.why || "not possible together with the others" : "";
    const why = failed || offer.why || plain;
    const box = element("input", {
      type: "checkbox",
      checked: taken && offer.can,
      disabled: !offer.can,
      onchange: (event) => {
        this.choices.set(offer.key, event.target.checked);
        this.changed();
      },
    });
    const row = element("li", { class: offer.state, "data-key": offer.key },
      element("label", {}, box, element("span", { class: "id" }, offer.id), " ",
        element("span", { class: "badge" }, word), " ", element("span", { class: "what" }, offer.message)),
      element("button", { type: "button", class: "place", onclick: () => this.go(offer.file, offer.line) },
        `${offer.file}:${offer.line}`),
      why ? element("p", { class: "why" }, why) : null);
    return row;
  }

  #choose(wanted) {
    for (const offer of this.offers) if (offer.can) this.choices.set(offer.key, wanted(offer));
    this.changed();
  }

  async #write(to) {
    const files = await this.write();
    if (!files) return;
    if (to === "put") this.refill(files);
    else if (to === "copy") copy([...files.values()].map(decoded).join("\n"), "Corrected text");
    else for (const [name, data] of files) download(name.split("/").pop(), data);
  }
}

// Of two findings of a rule on one line the safe one and the other have a choice each.
const identity = (finding) => `${spot(finding)} ${finding.state}`;
// As `fix --only` names it.
const spot = ({ id, file, line }) => `${id}@${file}:${line}`;

function diffOf({ file, diff }) {
  const lines = diff.split("\n").slice(2, -1);
  let old = 0;
  let now = 0;
  const rows = lines.slice(0, 3000).map((line) => {
    const head = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(line);
    if (head) {
      old = Number(head[1]);
      now = Number(head[2]);
      return element("tr", { class: "hunk" }, element("td", { colspan: "4" }, line));
    }
    const sign = line[0];
    const kind = { "+": "added", "-": "removed" }[sign] ?? (sign === "\\" ? "hunk" : "same");
    const row = element("tr", { class: kind },
      element("td", { class: "number" }, kind === "added" || kind === "hunk" ? "" : String(old)),
      element("td", { class: "number" }, kind === "removed" || kind === "hunk" ? "" : String(now)),
      element("td", { class: "sign" }, kind === "added" ? "+" : kind === "removed" ? "-" : "",
        kind === "same" || kind === "hunk" ? "" : element("span", { class: "hidden" }, kind)),
      element("td", { class: "code" }, line.slice(1)));
    if (kind === "same" || kind === "removed") old += 1;
    if (kind === "same" || kind === "added") now += 1;
    return row;
  });
  return element("section", { class: "diff" }, element("h3", {}, file),
    element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Diff of ${file}` },
      element("table", {}, element("tbody", {}, rows))),
    lines.length > 3000 ? element("p", { class: "note" }, "The rest is in the copied diff.") : null);
}
