// What a log says, held against the configuration.
"use strict";

const CANDIDATES = { confirmed: "Confirmed", possible: "Possible", ruled_out: "Ruled out" };

class Log {
  constructor(root, { go, explain }) {
    this.go = go;
    this.editor = new Editor(root.querySelector(".log-editor"), "Lines of a log or a client's error", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(explain, 200);
    }, { coloured: false, hint: "Paste lines of a log" });
    this.result = root.querySelector(".log-result");
    this.status = root.querySelector(".log-status");
  }

  get text() {
    return this.editor.text;
  }

  set text(text) {
    this.editor.set(text);
  }

  clear(text) {
    this.status.textContent = text;
    fill(this.result);
  }

  show(answer) {
    const { groups, unknown } = answer;
    this.status.textContent = `${plural(answer.lines, "line")}, ${plural(groups.length, "kind")} of message`
      + (unknown.count ? `; ${unknown.count} not known` : "");
    fill(
      this.result,
      answer.notes.map((note) => element("p", { class: "note" }, note)),
      groups.slice(0, 100).map((group) => this.#group(group)),
      unknown.count
        ? element("section", { class: "card note" }, element("h3", {}, `${plural(unknown.count, "line")} not known`),
          element("ul", {}, unknown.examples.map((each) => element("li", {}, element("code", {}, each)))))
        : null,
    );
  }

  #group(group) {
    const { location } = group;
    return element("article", { class: "card" },
      element("h3", {}, group.meaning),
      element("p", { class: "places" },
        `${group.count} ×`,
        group.first ? `, ${group.first}${group.last !== group.first ? ` to ${group.last}` : ""}` : "",
        group.services.length ? ` · ${group.services.slice(0, 5).map((each) => each.name).join(", ")}` : ""),
      location ? element("button", { type: "button", class: "place", onclick: () => this.go(location.file, location.line) },
        element("span", { class: "at" }, `${location.file}:${location.line}`), ` location ${location.name}`) : null,
      group.note ? element("p", { class: "note" }, group.note) : null,
      element("ul", { class: "candidates" }, group.candidates.map((each) => this.#candidate(each))),
      element("details", {}, element("summary", {}, "A line of it"), element("pre", {}, group.example)));
  }

  #candidate(candidate) {
    const { finding } = candidate;
    return element("li", { class: candidate.state },
      element("p", {}, element("span", { class: "badge" }, CANDIDATES[candidate.state] ?? candidate.state), " ",
        candidate.id ? element("span", { class: "id" }, candidate.id) : "", " ", candidate.why),
      candidate.ask ? element("p", { class: "note" }, candidate.ask) : null,
      finding ? element("button", { type: "button", class: "place", onclick: () => this.go(finding.file, finding.line) },
        `${finding.file}:${finding.line}`) : null,
      finding?.remedy && candidate.state === "confirmed" ? element("pre", { class: "remedy" }, finding.remedy.trim()) : null);
  }
}
