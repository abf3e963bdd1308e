// The findings, in the order of the text report: denials first, of these what fails most.
"use strict";

const HARMS = ["verdict", "every", "some", "latent"];
const LEVELS = ["deny", "warn"];
const SHOWN = 300;

class Findings {
  constructor(root, { go, about }) {
    this.root = root;
    this.go = go;
    this.about = about;
    this.harms = new Map();
  }

  ordered(report) {
    const rank = ({ level, id }) => LEVELS.indexOf(level) * 10 + HARMS.indexOf(this.harms.get(id) ?? "verdict");
    return report.findings.filter(counts).sort((one, other) => rank(one) - rank(other));
  }

  show(report) {
    const groups = new Map();
    for (const finding of this.ordered(report)) {
      const key = JSON.stringify([finding.id, finding.level, finding.key, finding.cause || finding.msg]);
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(finding);
    }
    const shown = [...groups.values()];
    const { summary } = report;
    fill(
      this.root,
      this.#told("Not seen", summary.not_seen),
      this.#told("Notes", summary.notes),
      shown.slice(0, SHOWN).map((group) => this.#card(group)),
      shown.length > SHOWN
        ? element("p", { class: "note" }, `and ${shown.length - SHOWN} more: the reports have all of them`)
        : null,
      this.#notJudged(report),
      this.#waived(report.findings.filter((each) => each.waived)),
      !shown.length && summary.verdict === "clean"
        ? element("p", { class: "empty" }, "Every gRPC location was judged, and nothing was found.")
        : null,
    );
  }

  clear(text) {
    fill(this.root, element("p", { class: "empty" }, text));
  }

  // The card of a finding on a line comes into view.
  reveal(file, line) {
    const card = [...this.root.querySelectorAll(".card")].find((each) => each.places.some(
      (place) => place.file === file && place.line === line));
    card?.scrollIntoView({ block: "nearest" });
    card?.querySelector("button")?.focus({ preventScroll: true });
  }

  #card(group) {
    const [first] = group;
    const card = element(
      "article",
      { class: `card ${first.level}` },
      element("h3", {}, element("span", { class: "badge" }, first.level),
        element("span", { class: "id" }, first.id), " ", first.title),
      element("ul", { class: "places" }, group.slice(0, 20).map((each) => element("li", {}, this.#place(each)))),
      group.length > 20 ? element("p", { class: "note" }, `and ${group.length - 20} more places`) : null,
      element("p", { class: "message" }, first.message),
      first.remedy.trim()
        ? element("div", { class: "remedy" }, element("h4", {}, first.fix.applicability === "manual" && first.remedy === first.fix.why ? "To decide" : "Write"),
          element("pre", {}, first.remedy.trim()))
        : null,
      this.#rule(first.id),
    );
    card.places = group.map(({ file, line }) => ({ file, line }));
    return card;
  }

  #place(finding) {
    const names = [["server", finding.server], ["location", finding.location], ["upstream", finding.upstream],
      ["key", finding.key]];
    const where = names.filter(([, name]) => name).map(([kind, name]) => `${kind} ${name}`).join(", ");
    const { kind, namespace, name } = finding.owner;
    const owner = kind ? ` · ${kind} ${namespace ? `${namespace}/` : ""}${name}` : "";
    return element("button", { type: "button", class: "place", onclick: () => this.go(finding.file, finding.line) },
      element("span", { class: "at" }, `${finding.file}:${finding.line}`), where ? ` ${where}` : "", owner);
  }

  // Why, and what was seen when it was tried; asked for when it is opened.
  #rule(id) {
    const body = element("div", { class: "rule" });
    const details = element("details", { ontoggle: async () => {
      if (!details.open || body.childNodes.length) return;
      fill(body, element("pre", {}, await this.about(id)));
    } }, element("summary", {}, "Why, and the evidence"), body);
    return details;
  }

  #told(title, sentences) {
    if (!sentences.length) return null;
    return element("section", { class: "card note" }, element("h3", {}, title),
      element("ul", {}, sentences.slice(0, 20).map((each) => element("li", {}, each))),
      sentences.length > 20 ? `and ${sentences.length - 20} more` : "");
  }

  #notJudged(report) {
    const all = report.inputs.flatMap((each) => each.not_judged);
    if (!all.length) return null;
    return element("section", { class: "card note" },
      element("details", {}, element("summary", {}, `${plural(all.length, "question")} not judged`),
        element("ul", {}, all.slice(0, 100).map(({ rule, reason, at }) => element("li", {},
          `${rule} ${at.file}:${at.line}: ${reason}`)))));
  }

  #waived(findings) {
    if (!findings.length) return null;
    return element("section", { class: "card note" },
      element("details", {}, element("summary", {}, `${findings.length} waived`),
        element("ul", {}, findings.slice(0, 100).map((each) => element("li", {},
          `${each.id} ${each.file}:${each.line} by ${each.waived.owner ?? ""}: ${each.waived.reason ?? ""}`)))));
  }
}

const counts = (finding) => !finding.waived && !finding.baselined;
