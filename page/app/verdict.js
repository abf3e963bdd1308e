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

class Verdict {
  constructor(root, cancel) {
    this.box = root;
    this.word = element("strong", {});
    this.told = element("span", { class: "told" });
    this.cancel = element("button", { type: "button", hidden: true, onclick: cancel }, "Cancel");
    this.bar = element("progress", { hidden: true, "aria-label": "Judging" });
    this.live = element("p", { role: "status", class: "line" }, this.word, " ", this.told);
    root.append(this.live, this.bar, this.cancel);
    this.timer = null;
  }

  #set(kind, word, told) {
    this.box.dataset.kind = kind;
    if (this.word.textContent !== word) this.word.textContent = word;
    if (this.told.textContent !== told) this.told.textContent = told;
  }

  starting() {
    this.#set("unknown", "Starting", "Nothing is judged yet.");
  }

  // What runs longer than a moment says so, how long, and can be ended.
  judging(size) {
    const began = performance.now();
    this.#stop();
    this.timer = setInterval(() => {
      const seconds = Math.round((performance.now() - began) / 1000);
      if (performance.now() - began < 600) return;
      this.bar.hidden = false;
      this.cancel.hidden = false;
      const much = size > 1e6 ? ` ${(size / 1e6).toFixed(1)} MB` : "";
      this.#set("unknown", "Judging", `${much}: ${seconds} s so far.`.trim());
    }, 200);
  }

  #stop() {
    clearInterval(this.timer);
    this.bar.hidden = true;
    this.cancel.hidden = true;
  }

  nothing() {
    this.#stop();
    this.#set("unknown", "Nothing to judge", "Paste a configuration, open files or take an example.");
  }

  // Not judged: refused by the command, or never answered.
  notJudged(why) {
    this.#stop();
    this.#set("broken", "Not judged", why);
  }

  of(report) {
    this.#stop();
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
