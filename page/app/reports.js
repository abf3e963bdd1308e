// Reports to copy or save, with pseudonyms unless the box is cleared. What is held is the last that
// was asked for, or nothing: a copy never holds what the form no longer says.
"use strict";

const REPORTED = 500_000; // characters that are shown

class Reports {
  // `make(format, redacted)` resolves to the report of the files that are there now.
  constructor(make) {
    this.make = make;
    this.shown = false;
    this.text = "";
    this.asked = null;
    for (const id of ["report-format", "report-redact"]) byId(id).addEventListener("change", () => this.show());
    byId("report-copy").addEventListener("click", () => copy(this.text, "Report"));
    byId("report-save").addEventListener("click", () => {
      const ending = { json: "json", sarif: "sarif", markdown: "md", text: "txt", junit: "xml" }[this.format];
      download(`nginx-grpc.${ending}`, this.text);
    });
  }

  get format() {
    return byId("report-format").value;
  }

  // None: why.
  clear(why) {
    this.asked = null;
    this.#put("", why);
  }

  async show() {
    this.clear("The report is being made.");
    const asked = (this.asked = {});
    try {
      const text = await this.make(this.format, byId("report-redact").checked);
      if (asked === this.asked) this.#put(text, text.slice(0, REPORTED));
    } catch (error) {
      if (asked === this.asked) this.#put("", `Not judged: ${error.message}`);
    }
  }

  #put(text, shown) {
    this.text = text;
    byId("report").textContent = shown;
    byId("report-cut").hidden = text.length <= REPORTED;
    byId("report-copy").disabled = byId("report-save").disabled = !text;
  }
}
