// The worker with the command in it: jobs one after the other, each with an end: an answer, an
// error, a time-out or a cancel. What has no answer was not judged.
"use strict";

class NotJudged extends Error {}
class RefusedInput extends NotJudged {} // by the command, with its words

class Engine {
  // How long a start and a job may take, in ms; a job more for each MB of input.
  static START = 60_000;
  static JOB = 60_000;
  static JOB_PER_MB = 30_000;
  // `fix` proves each edit. It shows that it runs and can be cancelled.
  static FIX = 5;
  // A job that ran so long (ms) is ended when its answer is of no use any more: a new worker is there sooner.
  static USELESS = 3_000;

  constructor() {
    this.parts = null;
    this.worker = null;
    this.starting = null;
    this.pending = null;
    this.number = 0;
    // Who shows that a job runs: began(calls, bytes), told(share from 0 to 1), ended().
    this.watch = { began() {}, told() {}, ended() {} };
    this.given = new Promise((resolve, reject) => {
      this.give = (parts) => {
        this.parts = parts;
        resolve();
      };
      this.refuse = (why) => reject(new NotJudged(why));
    });
    this.given.catch(() => {});
  }

  // Resolves when the first job can be done; rejects with NotJudged where it never will.
  async ready() {
    await this.given;
    this.starting ??= this.#start();
    return this.starting;
  }

  async #start() {
    const url = URL.createObjectURL(new Blob([this.parts.script], { type: "text/javascript" }));
    const worker = new Worker(trustedWorker(url));
    this.worker = worker;
    try {
      await new Promise((resolve, reject) => {
        const tooLong = setTimeout(() => reject(new NotJudged("it did not start in time")), Engine.START);
        worker.onerror = (event) => reject(new NotJudged(event.message || "the worker failed"));
        worker.onmessage = ({ data }) => {
          // Compiled once: a worker that takes this one's place starts from there.
          if (data.modules) Object.assign(this.parts, data.modules);
          if (data.broken !== undefined) reject(new NotJudged(data.broken));
          if (data.ready) resolve();
          if (data.ready || data.broken !== undefined) clearTimeout(tooLong);
        };
        worker.postMessage({ parts: this.parts });
      });
    } catch (error) {
      this.#drop();
      throw error;
    } finally {
      URL.revokeObjectURL(url);
    }
    worker.onerror = () => this.#fail("the worker failed");
    worker.onmessageerror = () => this.#fail("the worker failed");
    worker.onmessage = ({ data }) => this.#answered(data);
  }

  // Run commands on files: `files` is a Map of names to Uint8Array, `calls` [{argv, stdin?}],
  // `collect` a folder to bring back afterwards.
  // Resolves to {results: [{status, stdout, stderr}], one a call, files}; rejects with NotJudged.
  async run(files, calls, collect = "") {
    while (this.pending) await this.pending.ended;
    await this.ready();
    if (this.pending) return this.run(files, calls, collect);
    const size = [...files.values()].reduce((sum, data) => sum + data.length, 0);
    const id = (this.number += 1);
    const times = calls.some(({ argv: [command] }) => command === "fix") ? Engine.FIX : 1;
    const limit = (Engine.JOB + (size / 1e6) * Engine.JOB_PER_MB) * times;
    const answer = new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#fail(`it took more than ${Math.round(limit / 1000)} s`), limit);
      this.pending = { id, resolve, reject, timer, began: performance.now() };
    });
    this.pending.ended = answer.catch(() => {});
    this.watch.began(calls, size);
    this.worker.postMessage({ job: { id, files, calls, collect } });
    return answer;
  }

  cancel() {
    this.#fail("cancelled");
  }

  // The files are others now.
  supersede() {
    if (this.pending && performance.now() - this.pending.began > Engine.USELESS) this.cancel();
  }

  #answered(data) {
    const { pending } = this;
    if (pending && data.share !== undefined) this.watch.told(data.share);
    if (!pending || (data.done ?? data.failed) !== pending.id) return;
    if (data.why !== undefined) {
      // After an exception nobody knows what state Python is in.
      this.#fail(data.why);
      return;
    }
    this.#end();
    pending.resolve(data);
  }

  #fail(why) {
    const { pending } = this;
    this.#drop();
    this.#end();
    pending?.reject(new NotJudged(why));
  }

  #end() {
    if (!this.pending) return;
    clearTimeout(this.pending.timer);
    this.pending = null;
    this.watch.ended();
  }

  #drop() {
    this.worker?.terminate();
    this.worker = null;
    this.starting = null;
  }
}

const trustedWorker = (() => {
  if (!self.trustedTypes) return (url) => url;
  const policy = trustedTypes.createPolicy("worker", { createScriptURL: (url) => url });
  return (url) => policy.createScriptURL(url);
})();

const engine = new Engine();
addEventListener("message", ({ source, data }) => {
  if (source !== parent) return;
  // Either may be there before the other.
  if (data.isLoaded) parent.postMessage({ loaded: true }, "*");
  if (data.parts) engine.give(data.parts);
  if (data.broken !== undefined) engine.refuse(data.broken);
});
