// Joins the parts: files to jobs, answers to what a person sees.
"use strict";

const PAUSE = 15; // ms without a key, before what was typed is judged
const CALL = { check: ["check", "--format", "json"], fix: ["fix", "--format", "json", "--fail-on", "warn"] };

const files = new Files((what) => changed(what));
const verdict = new Verdict(byId("verdict"), { cancel: () => engine.cancel(), again: () => changed("again") });
const panels = tabs(document.querySelector("[role=tablist]"), (id) => shown(id));
const editor = new Editor(byId("editor"), "Configuration", (text) => files.write(text),
  { hint: "Paste nginx.conf, what nginx -T prints or a ConfigMap,\nor drop files or a folder anywhere." });
const findings = new Findings(byId("findings"), { go, about });
const fixes = new Fixes(byId("fixes"), { go, changed: () => refix(), write: corrected, refill });
const log = new Log(byId("log"), { go, explain });
const reports = new Reports(reportOf);
const settings = new Settings(byId("settings"), files, () => changed("settings"));
let home = "";
let version = 0;
let timer = null;
let report = null;
let busy = false;
let asked = false;
let refused = ""; // why what was given last was not read
// Of more than so many bytes or findings the corrected text is made when it is asked for.
const MENDED = { bytes: 500_000, findings: 200 };
engine.watch = {
  began: (calls, size) => verdict.began(calls, size),
  told: (share) => verdict.progress(share),
  ended: () => verdict.ended(),
};

const rooted = (argv) => [...argv, "--", files.argument()];
const answerOf = ({ status, stdout, stderr }) => {
  if (status === 2) throw new RefusedInput(stderr.trim().replace(/^nginx-grpc: /, "") || "it was refused");
  return JSON.parse(decoded(stdout));
};
const run = async (calls, collect) => engine.run(files.map, calls.map((argv) => (argv.argv ? argv : { argv })), collect);

function go(file, line) {
  if (files.map.has(file) && file !== files.current) files.choose(file);
  if (file === files.current) editor.go(line);
  else say(`${file} is not among the files`);
}
editor.chosen = (line) => {
  panels.show("tab-findings");
  findings.reveal(files.current, line);
};

function changed(what) {
  version += 1;
  if (what !== "text") showFiles();
  if (what === "choice") {
    version -= 1;
    mark();
    return;
  }
  refused = what.refused ?? "";
  engine.supersede();
  reports.clear("The report is being made.");
  fixes.old = true;
  if (what === "files") {
    findings.clear("Not judged yet.");
    fixes.clear("Not judged yet.");
  }
  settings.refresh();
  clearTimeout(timer);
  timer = setTimeout(judge, what === "text" ? PAUSE : 0);
}

function showFiles() {
  const names = [...files.map.keys()];
  const list = byId("files");
  list.hidden = names.length < 2;
  fill(list, names.slice(0, 500).map((name) => element("li", {},
    element("button", { type: "button", "aria-pressed": String(name === files.current), onclick: () => files.choose(name) }, name),
    element("button", { type: "button", class: "remove", "aria-label": `Remove ${name}`, title: "Remove",
      onclick: () => files.remove(name) }, "×"))),
  names.length > 500 ? element("li", { class: "note" }, `and ${names.length - 500} more, judged as well`) : null);
  const data = files.map.get(files.current);
  let text = "";
  let fixed = "";
  if (data) {
    try {
      text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
    } catch {
      text = decoded(data);
      fixed = "There are bytes in this file that are no UTF-8: it is judged as it is, and can't be edited here.";
    }
  }
  if (files.ending === "\r\n") text = text.replaceAll("\r\n", "\n");
  else if (text.includes("\r")) fixed ||= "There are carriage returns in this file: it is judged as it is, and can't be edited here.";
  if (editor.text !== text) editor.set(text, { fixed, label: `Text of ${files.current || "the configuration"}` });
}

function mark() {
  const marks = (report?.findings ?? []).filter((each) => counts(each) && each.file === files.current);
  editor.mark(marks.map(({ line, level, id, title }) => ({ line, level, title: `${id} ${title}` })));
}

// One job at a time; what was typed meanwhile is judged next.
async function judge() {
  if (busy) {
    asked = true;
    return;
  }
  busy = true;
  const now = version;
  try {
    if (refused) throw new NotJudged(refused);
    if (!files.size()) {
      report = null;
      byId("count").textContent = "";
      verdict.nothing();
      reports.clear("The report will stand here.");
      findings.clear("The findings will stand here.");
      fixes.clear("The corrected text will stand here.");
      mark();
      return;
    }
    verdict.judging();
    const { results: [checked] } = await run([rooted(CALL.check)]);
    report = answerOf(checked);
    verdict.of(report);
    findings.show(report);
    mark();
    byId("count").textContent = report.findings.filter(counts).length;
    if (now === version && reports.shown) await reported();
    if (now === version) await offer(files.size() <= MENDED.bytes && report.findings.length <= MENDED.findings);
    if (now === version && log.text.trim()) await explain();
  } catch (error) {
    if (now === version) notJudged(error);
  } finally {
    busy = false;
    document.body.dataset.judged = String(now);
    if (asked || now !== version) {
      asked = false;
      judge();
    }
  }
}

function notJudged(error) {
  const why = error instanceof NotJudged ? error.message : String(error?.message ?? error);
  report = null;
  // What did not come to an end may the next time; what is refused is refused again.
  verdict.notJudged(why, !(error instanceof RefusedInput) && !refused && document.body.dataset.state === "ready");
  findings.clear(`Not judged: ${why}`);
  fixes.clear("Not judged.");
  reports.clear(`Not judged: ${why}`);
  byId("count").textContent = "";
  mark();
}

// What goes wrong here leaves the verdict as it is.
async function offer(unasked = true) {
  const now = version;
  if (!report.findings.some(counts)) {
    fixes.clear("Nothing to mend.");
    return;
  }
  if (!unasked) {
    fixes.clear("Each edit is proven. In a large text, or where much is found, this takes minutes.", () => offer());
    return;
  }
  try {
    const { results: [safe] } = await run([rooted(CALL.fix)]);
    if (now !== version) return;
    const answer = answerOf(safe);
    fixes.offer(answer, report.findings.filter(counts));
    if (fixes.isDefault) fixes.show(answer);
    else await refix();
  } catch (error) {
    if (now === version) fixes.clear(`Not made: ${error.message}`, () => offer());
  }
}

async function refix() {
  const now = version;
  try {
    const taken = fixes.arguments();
    if (!taken) {
      fixes.show(null);
      return;
    }
    const { results: [result] } = await run([rooted([...CALL.fix, ...taken])]);
    if (now === version) fixes.show(answerOf(result));
  } catch (error) {
    if (now === version) fixes.clear(`Not made: ${error.message}`, () => offer());
  }
}

// The files with what is taken in them: those that change.
async function corrected() {
  try {
    const argv = rooted([...CALL.fix, ...fixes.arguments(), "--write"]);
    const { results: [result], files: after } = await run([argv], "/config");
    answerOf(result);
    const differs = ([name, data]) => decoded(data) !== decoded(files.map.get(name) ?? new Uint8Array());
    return new Map([...after].filter(differs));
  } catch (error) {
    say(error.message);
    return null;
  }
}

function refill(changedFiles) {
  for (const [name, data] of changedFiles) files.map.set(name, data);
  changed("files");
  say(`${plural(changedFiles.size, "file")} changed`);
}

async function about(id) {
  try {
    const { results: [result] } = await run([["rules", id]]);
    return decoded(result.stdout);
  } catch (error) {
    return `Not to be had: ${error.message}`;
  }
}

async function explain() {
  if (!log.text.trim()) {
    log.clear("");
    return;
  }
  const argv = ["explain", "--format", "json"];
  if (files.size() && report) argv.push("--config", files.argument());
  try {
    const { results: [result] } = await run([{ argv: [...argv, "--", "-"], stdin: log.text }]);
    log.show(answerOf(result));
  } catch (error) {
    log.clear(`Not explained: ${error.message}`);
  }
}

function shown(id) {
  reports.shown = id === "tab-report";
  if (reports.shown) reported();
}

async function reported() {
  if (refused) reports.clear(`Not judged: ${refused}`);
  else if (files.size()) await reports.show();
  else reports.clear("The report will stand here.");
}

async function reportOf(format, redacted) {
  const { results: [result] } = await run([rooted(["check", "--format", format, ...(redacted ? ["--redact"] : [])])]);
  if (result.status === 2) throw new NotJudged(result.stderr.trim());
  return decoded(result.stdout);
}

async function take(promise) {
  try {
    const entries = await promise;
    if (!entries.length) throw new Error("No file in it");
    const logs = entries.filter(([name]) => /\.log(\.\d+)?$/.test(name));
    const others = entries.filter((each) => !logs.includes(each));
    if (others.length) files.replace(settings.kept(others));
    if (logs.length) {
      log.text = logs.map(([, data]) => decoded(data)).join("\n");
      panels.show("tab-log");
      if (!others.length) explain();
    }
  } catch (error) {
    refuse(`the files were not read: ${error.message}`);
  }
}

// What was given and not read is not judged, nor is what was there before in its place.
const refuse = (why) => changed({ refused: why });

const picked = (input) => [...input.files].map((file) => ({ name: file.webkitRelativePath || file.name, file }));
for (const id of ["open-files", "open-folder"]) {
  byId(id).addEventListener("change", ({ target }) => take(readAll(picked(target)).finally(() => { target.value = ""; })));
  document.querySelector(`[data-for=${id}]`).addEventListener("click", () => byId(id).click());
}
const hasFiles = (event) => event.dataTransfer.types.includes("Files");
addEventListener("dragover", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  document.body.classList.add("dropping");
});
addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) document.body.classList.remove("dropping");
});
addEventListener("drop", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  document.body.classList.remove("dropping");
  take(dropped(event.dataTransfer).then(readAll));
});
byId("example").addEventListener("change", ({ target }) => {
  const example = EXAMPLES[target.value];
  target.value = "";
  if (!example) return;
  files.replace(Object.entries(example.files).map(([name, text]) => [name, encoded(text)]));
  log.text = example.log ?? "";
  if (!example.log) log.clear("");
});
for (const [button, dialog, opened] of [["open-share", "share", () => {
  // Each time anew: what was said for one link does not hold for the next.
  byId("share-redact").checked = true;
  share();
}], ["open-settings", "settings-dialog", () => settings.refresh()], ["open-about", "about", () => {}]]) {
  byId(button).addEventListener("click", () => {
    byId(dialog).showModal();
    opened();
  });
}
for (const button of document.querySelectorAll("dialog [data-close]")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}

addEventListener("message", async ({ source, data }) => {
  if (source !== parent || !data.address) return;
  home = data.address.home;
  if (!data.address.fragment) return;
  try {
    files.replace(await filesOf(data.address.fragment));
  } catch (error) {
    refuse(`the link was not read: ${error.message}`);
  }
});

// In a narrow window it stays on top, and the tabs below it.
new ResizeObserver(() => document.documentElement.style.setProperty("--verdict", `${verdict.box.offsetHeight}px`))
  .observe(verdict.box);
verdict.starting();
showFiles();
engine.ready().then(async () => {
  const { results: [rules] } = await run([["rules", "--format", "json"]]);
  findings.harms = new Map(JSON.parse(decoded(rules.stdout)).map(({ id, harm }) => [id, harm]));
  document.body.dataset.state = "ready";
  await judge();
}).catch((error) => {
  document.body.dataset.state = "broken";
  notJudged(error instanceof NotJudged ? new NotJudged(`the check did not start (${error.message})`) : error);
});
// What the console of a browser and tests can ask.
globalThis.nginxGrpc = { run: (given, calls, collect) => engine.run(given, calls, collect) };
parent.postMessage({ loaded: true }, "*");
