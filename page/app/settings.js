// The form of settings writes the very file that the command reads. One that was given is not
// touched: it is edited as any other.
"use strict";

const MARK = "# Written by the form of the page.\n";

class Settings {
  constructor(form, files, changed) {
    this.form = form;
    this.files = files;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", () => {
      const text = this.#text();
      if (text) files.map.set(SETTINGS_FILE, encoded(text));
      else files.map.delete(SETTINGS_FILE);
      changed();
    });
  }

  // Whether the file is a person's own.
  refresh() {
    const given = this.files.map.get(SETTINGS_FILE);
    const own = given !== undefined && !decoded(given).startsWith(MARK);
    this.form.querySelector("fieldset").disabled = own;
    byId("own-settings").hidden = !own;
    if (given === undefined) this.form.reset();
  }

  // Other files, with what the form says unless they say it.
  kept(entries) {
    const text = this.#text();
    if (!text || entries.some(([name]) => name === SETTINGS_FILE)) return entries;
    return [...entries, [SETTINGS_FILE, encoded(text)]];
  }

  #text() {
    const { elements } = this.form;
    const value = (name) => elements[name].value.trim();
    const quoted = (text) => JSON.stringify(text);
    const lines = [];
    if (value("profile") !== "checklist") lines.push(`  profile: ${value("profile")}`);
    if (value("version")) lines.push(`  nginx_version: ${quoted(value("version"))}`);
    const grpc = [["max_connection_age", "age"], ["longest_silence", "silence"], ["streaming", "streaming"]]
      .filter(([, name]) => value(name)).map(([key, name]) => `      ${key}: ${quoted(value(name))}`);
    if (/^[0-9]+$/.test(value("concurrency"))) grpc.push(`      expected_concurrency: ${Number(value("concurrency"))}`);
    if (grpc.length) lines.push("  grpc:", "    default:", ...grpc);
    return lines.length ? `${MARK}nginx_grpc:\n${lines.join("\n")}\n` : "";
  }
}
