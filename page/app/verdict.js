// The line at the top: what the check came to. Clean is said where the command says it, and what
// has no answer was not judged.
"use strict";

const VERDICTS = {
  failed: ["bad", "Denied"],
  passed: ["fair", "Passed, with warnings"],
  clean: ["good", "Clean"],
  "not judged in full": ["unknown", "Not judged in full"],
  "no gRPC found": ["unknown", "No gRPC found"],
  "no nginx configuration here": ["unknown", "No nginx configuration here"],
};

// What runs, by the command that does.
const WORKING = { check: "Judging", fix: "Correcting", redact: "Replacing names", explain: "Reading the log" };

class Verdict {
  constructor(root, { cancel, again }) {
    this.box = root;
    this.word = element("strong", {});
    this.told = element("span", { class: "told" });
    this.live = element("p", { role: "status", class: "line" }, this.word, " ", this.told);
    this.bar = element("progress", { "aria-label": "Progress", max: "1" });
    // Its seconds change all the time: for who sees the page alone.
    this.time = element("span", { class: "time", "aria-hidden": "true" });
    this.work = element("div", { class: "work", hidden: true }, this.time, this.bar,
      element("button", { type: "button", onclick: cancel }, "Cancel"));
    this.again = element("button", { type: "button", hidden: true, onclick: again }, "Judge again");
    root.append(this.live, this.work, this.again);
    this.old = this.measured = false;
    this.timer = null;
  }

  #set(kind, word, told) {
    this.again.hidden = true;
    this.box.dataset.kind = kind;
    if (this.word.textContent !== word) this.word.textContent = word;
    const shown = printable(told);
    if (this.told.textContent !== shown) this.told.textContent = shown;
  }

  starting() {
    this.#set("unknown", "Starting", "Nothing is judged yet.");
  }

  // What is shown is of another text than the one that is judged next.
  judging() {
    this.old = true;
  }

  // What runs longer than a moment says so, how far it is and how long, and can be ended.
  began(calls, size) {
    const [{ argv: [command] }] = calls;
    const what = WORKING[command] ?? "Looking up";
    const much = size > 1e6 ? ` ${(size / 1e6).toFixed(1)} MB` : "";
    const start = performance.now();
    this.bar.removeAttribute("value");
    this.measured = command === "check";
    clearInterval(this.timer);
    this.timer = setInterval(() => {
      const passed = performance.now() - start;
      if (passed < 600) return;
      if (this.old) this.#set("unknown", `${what}${much}`, "");
      const share = this.bar.hasAttribute("value") ? `${Math.floor(this.bar.value * 100)} %, ` : much && this.measured ? "reading, " : "";
      const name = this.old ? "" : `${what}${much}: `;
      this.time.textContent = `${name}${share}${Math.round(passed / 1000)} s`;
      this.work.hidden = false;
    }, 200);
  }

  // `fix` judges many times: it has no measure.
  progress(share) {
    if (this.measured) this.bar.value = share;
  }

  ended() {
    clearInterval(this.timer);
    this.work.hidden = true;
  }

  nothing() {
    this.old = false;
    this.#set("unknown", "Nothing to judge", "Paste a configuration, open files or take an example.");
  }

  // Not judged: refused by the command, or never answered.
  notJudged(why, again) {
    this.old = false;
    this.#set("broken", "Not judged", why);
    this.again.hidden = !again;
  }

  of(report) {
    this.old = false;
    const { summary } = report;
    const [kind, word] = VERDICTS[summary.verdict] ?? ["broken", "Not judged"];
    const counts = [`${summary.deny} denied`, plural(summary.warn, "warning")];
    if (summary.waived) counts.push(`${summary.waived} waived`);
    const files = new Set(report.inputs.flatMap((each) => each.files)).size;
    const about = `${plural(summary.grpc_locations, "gRPC location")} in ${plural(files, "file")}, `
      + `${summary.rules} rules`;
    this.#set(kind, word, `${counts.join(", ")} · ${about}`);
  }
}
