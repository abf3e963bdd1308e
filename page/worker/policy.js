// OPA's WebAssembly ABI 1.2 (https://www.openpolicyagent.org/docs/wasm): a policy with its data, asked
// again and again.
"use strict";

const PAGE = 65536;
// At most 3 GiB and at the start more than OPA asks for: see nginx_grpc/engines/wasm.py.
const MOST_PAGES = 49152;
const FIRST_PAGES = 256;
// A memory never shrinks: a larger one is given back, and so is one in which something failed.
const MOST_KEPT = 64 * 1024 * 1024;

class Policy {
  constructor(module, data) {
    this.aborted = "";
    this.memory = new WebAssembly.Memory({ initial: FIRST_PAGES, maximum: MOST_PAGES });
    const env = {
      memory: this.memory,
      opa_abort: (address) => {
        this.aborted = this.text(address);
        throw new Error(this.aborted);
      },
      opa_println: () => {},
    };
    for (const arity of [0, 1, 2, 3, 4]) {
      env[`opa_builtin${arity}`] = (id, _context, ...args) => this.builtin(id, args);
    }
    this.exports = new WebAssembly.Instance(module, { env }).exports;
    this.builtins = this.json(this.exports.builtins());
    this.entrypoints = this.json(this.exports.entrypoints());
    this.data = data;
    this.parsedData = this.parsed(data);
    this.heap = this.exports.opa_heap_ptr_get() >>> 0;
  }

  // The input lies behind the data, and the evaluation's own heap behind the input.
  evaluate(entrypoint, input) {
    const { entrypoints, exports, heap, parsedData } = this;
    const end = heap + input.length;
    const missing = end - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE));
    this.write(input, heap);
    return this.text(exports.opa_eval(0, entrypoints[entrypoint], parsedData, heap, input.length, end, 0));
  }

  get size() {
    return this.memory.buffer.byteLength;
  }

  builtin(id, args) {
    const name = Object.keys(this.builtins).find((each) => this.builtins[each] === id);
    if (name === "time.now_ns" && args.length === 0) return this.parsed(`${Date.now()}000000`);
    this.aborted = `no built-in ${name}`;
    throw new Error(this.aborted);
  }

  parsed(text) {
    const { opa_malloc, opa_json_parse } = this.exports;
    const address = opa_malloc(text.length) >>> 0;
    this.write(text, address);
    const value = opa_json_parse(address, text.length);
    if (!value) throw new Error("it does not read its data");
    return value;
  }

  json(value) {
    return JSON.parse(this.text(this.exports.opa_json_dump(value)));
  }

  write(text, address) {
    new TextEncoder().encodeInto(text, new Uint8Array(this.memory.buffer, address, text.length));
  }

  text(address) {
    const bytes = new Uint8Array(this.memory.buffer, address >>> 0);
    return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
  }
}

// See nginx_grpc/engines/browser.py.
function evaluatorOf(module) {
  let kept = null;
  return (entrypoint, data, input) => {
    let policy = kept;
    kept = null;
    try {
      if (policy?.data !== data) policy = new Policy(module, data);
      const answer = policy.evaluate(entrypoint, input);
      if (policy.size <= MOST_KEPT) kept = policy;
      return `result\n${answer}`;
    } catch (error) {
      const said = policy?.aborted || String(error.message);
      const full = said === "opa_malloc: failed" || error instanceof RangeError;
      return `${full ? "out of memory" : "aborted"}\n${said}`;
    }
  };
}
