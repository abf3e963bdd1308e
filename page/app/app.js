// Joins the parts: files to jobs, answers to what a person sees.
"use strict";

const PAUSE = 40; // ms without a key, before what was typed is judged
const REDACTED = "/shown";
const CALL = { check: ["check", "--format", "json"], fix: ["fix", "--format", "json", "--fail-on", "warn"] };

const files = new Files((what) => changed(what));
const verdict = new Verdict(byId("verdict"), () => engine.cancel());
const panels = tabs(document.querySelector("[role=tablist]"), (id) => shown(id));
const editor = new Editor(byId("editor"), "Configuration", (text) => files.write(text),
  { hint: "Paste nginx.conf, what nginx -T prints or a ConfigMap,\nor drop files or a folder anywhere." });
const findings = new Findings(byId("findings"), { go, about });
const fixes = new Fixes(byId("fixes"), { go, changed: () => refix(), write: corrected, refill });
const log = new Log(byId("log"), { go, explain });
const settings = new Settings(byId("settings"), files, () => changed("settings"));
let home = "";
let version = 0;
let timer = null;
let report = null;
let busy = false;
let asked = false;

const rooted = (argv) => [...argv, "--", files.argument()];
const answerOf = ({ status, stdout, stderr }) => {
  if (status === 2) throw new NotJudged(stderr.trim().replace(/^nginx-grpc: /, "") || "it was refused");
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
      onclick: () => files.remove(name) }, "×"))));
  const data = files.map.get(files.current);
  let text = "";
  let editable = true;
  if (data) {
    try {
      text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
    } catch {
      text = decoded(data);
      editable = false;
    }
  }
  if (text.includes("\r")) editable = false;
  if (editor.text !== text) editor.set(text, { editable, label: `Text of ${files.current || "the configuration"}` });
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
    if (!files.size()) {
      report = null;
      verdict.nothing();
      findings.clear("The findings will stand here.");
      fixes.clear("The corrected text will stand here.");
      mark();
      return;
    }
    verdict.judging(files.size());
    const { results: [checked] } = await run([rooted(CALL.check)]);
    report = answerOf(checked);
    verdict.of(report);
    findings.show(report);
    mark();
    byId("count").textContent = report.findings.filter(counts).length;
    if (now === version) await offer();
    if (now === version && log.text.trim()) await explain();
  } catch (error) {
    notJudged(error);
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
  verdict.notJudged(why);
  findings.clear(`Not judged: ${why}`);
  fixes.clear("Not judged.");
  byId("count").textContent = "";
  mark();
}

async function offer() {
  if (!report.findings.some(counts)) {
    fixes.clear("Nothing to mend.");
    return;
  }
  const { results: [safe] } = await run([rooted(CALL.fix)]);
  const answer = answerOf(safe);
  fixes.offer(answer, report.findings.filter(counts));
  if (fixes.isDefault) fixes.show(answer);
  else await refix();
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
    fixes.clear(`Not judged: ${error.message}`);
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
  if (id === "tab-report") showReport();
}

// Reports, redacted unless the box is cleared.
async function showReport() {
  const format = byId("report-format").value;
  const redact = byId("report-redact").checked ? ["--redact"] : [];
  const out = byId("report");
  try {
    const { results: [result] } = await run([rooted(["check", "--format", format, ...redact])]);
    if (result.status === 2) throw new NotJudged(result.stderr.trim());
    out.textContent = decoded(result.stdout);
  } catch (error) {
    out.textContent = `Not judged: ${error.message}`;
  }
}

async function sharedFiles() {
  if (!byId("share-redact").checked) return files.map;
  const { results: [result], files: after } = await run(
    [rooted(["redact", "--output", REDACTED])], REDACTED);
  if (result.status !== 0) throw new Error(result.stderr.trim() || "it was refused");
  return after;
}

async function share() {
  const out = byId("link");
  out.value = "";
  byId("share-told").textContent = "";
  try {
    const fragment = await fragmentOf(await sharedFiles());
    out.value = `${home || "nginx-grpc.html"}#${fragment}`;
    byId("share-told").textContent = `${out.value.length} characters${home ? "" : ": to be put behind the address of a served page"}.`;
  } catch (error) {
    byId("share-told").textContent = `No link: ${error.message}`;
  }
}

async function take(promise) {
  try {
    const entries = await promise;
    if (!entries.length) throw new Error("No file in it");
    const logs = entries.filter(([name]) => /\.log(\.\d+)?$/.test(name));
    const others = entries.filter((each) => !logs.includes(each));
    if (others.length) {
      files.map = new Map();
      files.replace(others);
      settings.keep();
      changed("files");
    }
    if (logs.length) {
      log.text = logs.map(([, data]) => decoded(data)).join("\n");
      panels.show("tab-log");
      if (!others.length) explain();
    }
  } catch (error) {
    say(error.message);
  }
}

const picked = (input) => [...input.files].map((file) => ({ name: file.webkitRelativePath || file.name, file }));
for (const id of ["open-files", "open-folder"]) {
  byId(id).addEventListener("change", ({ target }) => take(readAll(picked(target)).finally(() => { target.value = ""; })));
  document.querySelector(`[data-for=${id}]`).addEventListener("click", () => byId(id).click());
}
addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.classList.add("dropping");
});
addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) document.body.classList.remove("dropping");
});
addEventListener("drop", (event) => {
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
for (const id of ["report-format", "report-redact"]) byId(id).addEventListener("change", showReport);
byId("report-copy").addEventListener("click", () => copy(byId("report").textContent, "Report"));
byId("report-save").addEventListener("click", () => {
  const format = byId("report-format").value;
  const ending = { json: "json", sarif: "sarif", markdown: "md", text: "txt", junit: "xml" }[format];
  download(`nginx-grpc.${ending}`, byId("report").textContent);
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
byId("share-redact").addEventListener("change", share);
byId("copy-link").addEventListener("click", () => copy(byId("link").value, "Link"));

addEventListener("message", async ({ source, data }) => {
  if (source !== parent || !data.address) return;
  home = data.address.home;
  if (!data.address.fragment) return;
  try {
    files.replace(await filesOf(data.address.fragment));
  } catch (error) {
    say(`The link was not read: ${error.message}`);
  }
});

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
