/** A local HTTP receiver of notifications: remembers what it was sent, and answers as the test says. */
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export type Received = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: unknown };

export class Receiver implements AsyncDisposable {
  readonly received: Received[] = [];
  /** Of the next answers. */
  status = 200;
  /** Where the next answers point to. */
  location: string | undefined;
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
      this.received.push({ path: request.url ?? "", headers: request.headers, body });
      response.writeHead(this.status, this.location === undefined ? {} : { location: this.location }).end("ok");
    });
  });

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, "127.0.0.1", resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
