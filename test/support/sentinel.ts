/** A real Sentinel on a free loopback port that watches one master, alone: its word is a quorum. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Redis } from "ioredis";
import { Child } from "./child.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";
import { findRedisServer } from "./redis-binary.mjs";
import type { RedisServer } from "./redis-server.ts";
import { tempFolder } from "./temp-folder.ts";

const NAME = "watched";

export class Sentinel implements AsyncDisposable {
  readonly #child: Child;
  readonly #client: Redis;
  readonly #folder: AsyncDisposable;

  private constructor(child: Child, client: Redis, folder: AsyncDisposable) {
    this.#child = child;
    this.#client = client;
    this.#folder = folder;
  }

  static async watch(master: RedisServer): Promise<Sentinel> {
    const folder = await tempFolder("sentinel");
    const port = await freePort();
    const config = join(folder.path, "sentinel.conf");
    const lines = [
      `port ${port}`,
      "bind 127.0.0.1",
      `dir ${folder.path}`,
      `sentinel monitor ${NAME} ${master.host} ${master.port} 1`,
      `sentinel down-after-milliseconds ${NAME} 1000`,
      `sentinel failover-timeout ${NAME} 5000`,
    ];
    await writeFile(config, `${lines.join("\n")}\n`);
    const child = new Child(findRedisServer()!, [config, "--sentinel"]);
    const client = new Redis({ host: "127.0.0.1", port, retryStrategy: () => 50, maxRetriesPerRequest: null });
    client.on("error", () => undefined);
    await eventually(() => client.ping(), { timeoutMs: 20_000, what: "a sentinel" });
    return new Sentinel(child, client, folder);
  }

  /** Port of whom it takes for the master. */
  async master(): Promise<number> {
    const [, port] = (await this.#client.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME)) as [string, string];
    return Number(port);
  }

  /** Flags by port of the replicas that it knows: `slave`, `slave,s_down,disconnected`. */
  async replicas(): Promise<ReadonlyMap<number, string>> {
    const rows = (await this.#client.call("SENTINEL", "SLAVES", NAME)) as readonly (readonly string[])[];
    return new Map(
      rows.map((row) => {
        const field = (name: string) => row[row.indexOf(name) + 1] ?? "";
        return [Number(field("port")), field("flags")];
      }),
    );
  }

  get log(): string {
    return this.#child.output;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.disconnect();
    await this.#child.kill9();
    await this.#folder[Symbol.asyncDispose]();
  }
}
