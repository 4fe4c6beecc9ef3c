/** The gateway's samples as they come: one stream of server-sent events, by fetch, because an EventSource cannot log in. */
/** @import { History, Sample } from "../samples.ts" */

/**
 * `stale`: connected, and nothing comes. `login`: the gateway wants a token, or another one.
 * @typedef {{ at: "connecting" } | { at: "live" } | { at: "stale" } | { at: "login" } | { at: "disconnected", why: string, retryAtMs: number }} Connection
 * @typedef {{ history: (history: History) => void, sample: (sample: Sample) => void, connection: (state: Connection) => void }} Listeners
 */

/** The gateway speaks each second. */
const STALE_MS = 3_000;
/** Then the connection is taken for dead: the machine slept, or something on the way did. */
const DEAD_MS = 10_000;
const RETRY_MS = [1_000, 2_000, 3_000, 5_000];
const TOKEN_KEY = "causeway.token";

export class Live {
  #listeners;
  #failures = 0;
  #heardAtMs = 0;
  /** @type {AbortController | undefined} */
  #attempt;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  /** @type {Connection} */
  #state = { at: "connecting" };

  /** @param {Listeners} listeners */
  constructor(listeners) {
    this.#listeners = listeners;
  }

  start() {
    setInterval(() => this.#watch(), 500);
    this.#connect();
  }

  /** @param {string} token kept until this tab is closed */
  login(token) {
    sessionStorage.setItem(TOKEN_KEY, token);
    this.retryNow();
  }

  /** Without waiting for the next attempt. */
  retryNow() {
    clearTimeout(this.#retry);
    this.#attempt?.abort();
    this.#connect();
  }

  async #connect() {
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#heardAtMs = performance.now();
    if (this.#state.at === "login") this.#become({ at: "connecting" });
    let why = "the gateway ended the connection";
    try {
      const token = sessionStorage.getItem(TOKEN_KEY);
      const headers = token === null ? {} : { authorization: `Bearer ${token}` };
      const response = await fetch("samples", { headers, cache: "no-store", signal: attempt.signal });
      if (response.status === 401 || response.status === 403) {
        this.#become({ at: "login" });
        return;
      }
      if (response.ok && response.body) await this.#read(response.body);
      else why = `the gateway answers ${response.status}`;
    } catch {
      why = "the gateway does not answer";
    }
    if (this.#attempt !== attempt) return;
    const delayMs = RETRY_MS[Math.min(this.#failures++, RETRY_MS.length - 1)] ?? 0;
    this.#become({ at: "disconnected", why, retryAtMs: Date.now() + delayMs });
    this.#retry = setTimeout(() => this.#connect(), delayMs);
  }

  /** @param {ReadableStream<Uint8Array>} body */
  async #read(body) {
    const decoder = new TextDecoder();
    let text = "";
    const reader = body.getReader();
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
      text += decoder.decode(value, { stream: true });
      const events = text.split("\n\n");
      text = events.pop() ?? "";
      for (const event of events) this.#hear(event);
    }
  }

  /** @param {string} event `event: NAME\ndata: JSON` */
  #hear(event) {
    const [name = "", data = ""] = event.split("\n").map((line) => line.slice(line.indexOf(": ") + 2));
    this.#heardAtMs = performance.now();
    this.#failures = 0;
    if (name === "history") this.#listeners.history(JSON.parse(data));
    if (name !== "sample") return;
    this.#listeners.sample(JSON.parse(data));
    this.#become({ at: "live" });
  }

  #watch() {
    const silentMs = performance.now() - this.#heardAtMs;
    if (this.#state.at === "live" && silentMs > STALE_MS) this.#become({ at: "stale" });
    if (silentMs > DEAD_MS && (this.#state.at === "stale" || this.#state.at === "connecting")) this.#attempt?.abort();
  }

  /** @param {Connection} state */
  #become(state) {
    if (state.at === "live" && this.#state.at === "live") return;
    this.#state = state;
    this.#listeners.connection(state);
  }
}
