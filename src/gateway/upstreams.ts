/** The gateways that we take streams from. */
import { receivingStatus } from "../admin/collect.ts";
import type { LinkStatus } from "../admin/status.ts";
import { LinkDialer } from "../link/dialer.ts";
import type { Offset, StreamId } from "../stream/position.ts";
import type { UpstreamView } from "../topology/region-view.ts";
import type { GatewayContext } from "./context.ts";
import type { Journals } from "./journals.ts";
import type { ServedStreams } from "./served-streams.ts";

export class Upstreams {
  readonly #context: GatewayContext;
  readonly #journals: Journals;
  readonly #served: ServedStreams;
  readonly #dialers = new Map<string, LinkDialer>();

  constructor(context: GatewayContext, parts: { readonly journals: Journals; readonly served: ServedStreams }) {
    this.#context = context;
    this.#journals = parts.journals;
    this.#served = parts.served;
  }

  /** After the journals of its streams are open and those passed on are served. */
  dial({ region: upstream, dial, streams }: UpstreamView): void {
    const { view, logOf, clock, services } = this.#context;
    const { region, link, secret, tls, digest } = view;
    const { host, port } = dial;
    const dialer = new LinkDialer({
      host,
      port,
      ...(dial.tls && tls && { tls }),
      region,
      origin: upstream,
      secret,
      topologyDigest: digest,
      logs: new Map(streams.map((stream) => [stream, this.#journals.get(stream)])),
      behind: this.#served.acksOf(streams),
      windowBytes: link.windowBytes,
      livenessMs: link.livenessMs,
      log: logOf(`link:${upstream}`),
      clock,
    });
    this.#dialers.set(upstream, dialer);
    services.addConnection(`link:${upstream}`, () => dialer);
  }

  /** While the link is down nothing happens, and who needs the snapshot asks again. */
  requestSnapshot(stream: StreamId, beyond: Offset | undefined): void {
    const upstream = this.#context.view.upstreams.find(({ streams }) => streams.includes(stream));
    if (upstream) this.#dialers.get(upstream.region)?.requestSnapshot(stream, beyond);
  }

  status(): LinkStatus[] {
    return [...this.#dialers.values()].map(receivingStatus);
  }
}
