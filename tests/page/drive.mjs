// A browser for a test: one JSON command a line on standard input, one JSON answer a line.
// Usage: node tests/page/drive.mjs chromium|firefox EXECUTABLE [FLAG...]
import { createRequire } from "node:module";
import path from "node:path";
import readline from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const require = createRequire(path.join(ROOT, "page", "package.json"));
const { default: puppeteer } = await import(pathToFileURL(require.resolve("puppeteer-core")));
const [kind, executablePath, ...args] = process.argv.slice(2);
const browser = await puppeteer.launch({
  browser: kind === "chromium" ? "chrome" : "firefox",
  protocol: "webDriverBiDi",
  executablePath,
  headless: true,
  args: kind === "chromium" ? ["--no-sandbox", "--disable-dev-shm-usage", ...args] : args,
  extraPrefsFirefox: JSON.parse(process.env.FIREFOX_PREFERENCES ?? "{}"),
  protocolTimeout: 280_000,
});
let page = null;
let answered = [];
let problems = [];

const app = () => page.frames().find((frame) => frame !== page.mainFrame()) ?? page.mainFrame();
// A string is the source of a function, run in the app or in the page around it.
const evaluate = (frame, source, argument) => frame.evaluate(
  `(async () => (${source})(${JSON.stringify(argument ?? null)}))()`);

const commands = {
  async open({ url, width = 1280, height = 900, scheme = "light", reduced = false }) {
    await page?.close();
    page = await browser.newPage();
    answered = [];
    problems = [];
    // What a policy stops is told as a request, too; what was sent has an answer.
    page.on("response", (response) => answered.push(response.url()));
    page.on("pageerror", (error) => problems.push(String(error.message ?? error)));
    page.on("console", (message) => {
      if (["error", "warn"].includes(message.type())) problems.push(message.text());
    });
    await page.setViewport({ width, height });
    await page.emulateMediaFeatures?.([
      { name: "prefers-color-scheme", value: scheme },
      { name: "prefers-reduced-motion", value: reduced ? "reduce" : "no-preference" },
    ]).catch(() => {});
    await page.goto(url, { waitUntil: "load", timeout: 120_000 });
  },
  evaluate: ({ source, argument }) => evaluate(app(), source, argument),
  around: ({ source, argument }) => evaluate(page.mainFrame(), source, argument),
  answered: () => answered,
  problems: () => problems,
  // Keys by name, with others held: "Tab", "Control+v".
  async press({ keys }) {
    for (const key of keys) {
      const held = key.split("+");
      const last = held.pop();
      for (const each of held) await page.keyboard.down(each);
      await page.keyboard.press(last);
      for (const each of held.reverse()) await page.keyboard.up(each);
    }
  },
  type: ({ text }) => page.keyboard.type(text),
  async click({ selector }) {
    await (await app().waitForSelector(selector)).click();
  },
  async upload({ selector, files }) {
    await (await app().waitForSelector(selector)).uploadFile(...files);
  },
  // Files and folders of the disk, dropped by the mouse; Chromium alone lets a program do that.
  async drop({ files, x = 200, y = 300 }) {
    const session = await page.createCDPSession();
    const data = { items: [], files, dragOperationsMask: 1 };
    for (const type of ["dragEnter", "dragOver", "drop"]) await session.send("Input.dispatchDragEvent", { type, x, y, data });
    await session.detach();
  },
  async resize({ width, height }) {
    await page.setViewport({ width, height });
  },
  async screenshot({ file }) {
    await page.screenshot({ path: file });
  },
  version: () => browser.version(),
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { command, ...options } = JSON.parse(line);
  let answer;
  try {
    answer = { value: (await commands[command](options)) ?? null };
  } catch (error) {
    answer = { error: String(error?.message ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
