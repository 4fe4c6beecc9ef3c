/** The gateways that we take streams from. */
import { receivingStatus } from "../admin/collect/link.ts";
import type { LinkStatus } from "../admin/status/link.ts";
import { type DialerSettings, LinkDialer } from "../link/dialer.ts";
import type { Offset, StreamId } from "../stream/position.ts";
import type { RegionView, UpstreamView } from "../topology/region-view.ts";
import { type GatewayContext, RELOADED } from "./context.ts";
import type { Journals } from "./journals.ts";
import { needsNewLinks, type ServedStreams } from "./served-streams.ts";

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
  dial(upstream: UpstreamView): void {
    const { view, logOf, clock, services } = this.#context;
    const { region, secret, tls } = view;
    const { host, port } = upstream.dial;
    const dialer = new LinkDialer({
      host,
      port,
      ...(upstream.dial.tls && tls && { tls }),
      region,
      origin: upstream.region,
      secret,
      ...this.#settings(upstream),
      log: logOf(`link:${upstream.region}`),
      clock,
    });
    this.#dialers.set(upstream.region, dialer);
    services.addConnection(`link:${upstream.region}`, (healthy) => ({ run: (signal) => dialer.run(signal, healthy) }));
  }

  /** Dials what is new; a link reconnects when what it carries, or how, has changed. */
  reload(before: RegionView): void {
    const { view, services } = this.#context;
    for (const upstream of view.upstreams) {
      const dialer = this.#dialers.get(upstream.region);
      if (dialer === undefined) {
        this.dial(upstream);
        continue;
      }
      dialer.configure(this.#settings(upstream));
      const carries = ({ upstreams, replicas }: RegionView) =>
        JSON.stringify([
          upstreams.find(({ region }) => region === upstream.region)?.streams,
          replicas.filter(({ stream }) => upstream.streams.includes(stream)).map(({ subscribers, behind }) => [subscribers, behind]),
        ]);
      if (needsNewLinks(before, view) || carries(before) !== carries(view)) services.restart(`link:${upstream.region}`, RELOADED);
    }
  }

  #settings({ streams }: UpstreamView): DialerSettings {
    const { digest, link } = this.#context.view;
    return {
      topologyDigest: digest,
      logs: new Map(streams.map((stream) => [stream, this.#journals.get(stream)])),
      behind: this.#served.acksOf(streams),
      windowBytes: link.windowBytes,
      livenessMs: link.livenessMs,
    };
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
