/**
 * The handshake of a link as two pure machines: a frame in, frames or an outcome out. `auth.ts` says what is proven.
 *
 *   dialer     Hello ──▶                 Proof ──▶
 *   listener             ◀── Challenge            ◀── Welcome | Refused
 */
import { GatewayError } from "../../errors.ts";
import { type Frame, type HelloFrame, PROTOCOL_VERSION, type Refusal } from "../../wire/frames.ts";
import { isProof, NONCE_BYTES, prove, type Transcript } from "./auth.ts";

/** From connecting until Welcome. */
export const HANDSHAKE_DEADLINE_MS = 5000;

export type HandshakeOptions = {
  readonly secret: string;
  /** Who we are. */
  readonly region: string;
  /** 32 fresh random bytes. */
  readonly nonce: Buffer;
  readonly topologyDigest: Buffer;
};

export type DialerStep =
  | { readonly kind: "send"; readonly frame: Frame }
  | { readonly kind: "open"; readonly capabilities: readonly string[]; readonly sameTopology: boolean };

export class DialerHandshake {
  readonly #options: HandshakeOptions & { readonly expectedRegion: string };
  #transcript: Transcript | undefined;

  constructor(options: HandshakeOptions & { readonly expectedRegion: string }) {
    this.#options = options;
  }

  hello(): HelloFrame {
    const { region, expectedRegion, nonce, topologyDigest } = this.#options;
    return { kind: "hello", version: PROTOCOL_VERSION, region, expectedRegion, nonce, topologyDigest };
  }

  /** Throws LINK_REFUSED, or LINK_CONNECTION when the listener is only busy. */
  step(frame: Frame): DialerStep {
    const { secret, region, expectedRegion, nonce, topologyDigest } = this.#options;
    if (frame.kind === "refused") throw refusalError(frame.code, frame.message, expectedRegion);
    if (frame.kind === "bye") throw new GatewayError("LINK_CONNECTION", frame.reason);
    if (frame.kind === "challenge" && this.#transcript === undefined) {
      if (frame.nonce.length !== NONCE_BYTES) throw unexpected("a challenge of another length");
      this.#transcript = {
        version: PROTOCOL_VERSION,
        dialer: region,
        listener: expectedRegion,
        dialerNonce: nonce,
        listenerNonce: frame.nonce,
      };
      return { kind: "send", frame: { kind: "proof", mac: prove(secret, "dialer", this.#transcript) } };
    }
    if (frame.kind === "welcome" && this.#transcript !== undefined) {
      if (!isProof(frame.mac, secret, "listener", this.#transcript)) {
        throw new GatewayError(
          "LINK_REFUSED",
          `the gateway at the address of ${expectedRegion} did not prove that it knows the shared secret`,
        );
      }
      return { kind: "open", capabilities: frame.capabilities, sameTopology: frame.topologyDigest.equals(topologyDigest) };
    }
    throw unexpected(frame.kind);
  }
}

export type ListenerStep =
  | { readonly kind: "send"; readonly frame: Frame }
  /** `peer`: the region that has proven itself before it was refused. */
  | { readonly kind: "refuse"; readonly code: Refusal; readonly message: string; readonly peer?: string }
  | { readonly kind: "open"; readonly peer: string; readonly frame: Frame; readonly sameTopology: boolean };

export type ListenerHandshakeOptions = HandshakeOptions & {
  /** Accepted as well while the secret is changed: the listener answers with the one that the dialer knows. */
  readonly otherSecrets?: readonly string[] | undefined;
  readonly isPeer: (region: string) => boolean;
  /** Undefined without mutual TLS. */
  readonly isCertified?: ((region: string) => boolean) | undefined;
};

export class ListenerHandshake {
  readonly #options: ListenerHandshakeOptions;
  #hello: HelloFrame | undefined;

  constructor(options: ListenerHandshakeOptions) {
    this.#options = options;
  }

  /** Says nothing about regions, streams or the topology before the dialer has proven itself. */
  step(frame: Frame): ListenerStep {
    const { region, nonce, topologyDigest, isPeer, isCertified } = this.#options;
    if (frame.kind === "hello" && this.#hello === undefined) {
      if (frame.version !== PROTOCOL_VERSION) {
        return refuse("version", `this gateway speaks link version ${PROTOCOL_VERSION}, the peer speaks ${frame.version}`);
      }
      if (frame.nonce.length !== NONCE_BYTES) throw unexpected("a nonce of another length");
      this.#hello = frame;
      return { kind: "send", frame: { kind: "challenge", nonce } };
    }
    if (frame.kind !== "proof" || this.#hello === undefined) throw unexpected(frame.kind);
    const hello = this.#hello;
    const transcript: Transcript = {
      version: hello.version,
      dialer: hello.region,
      listener: hello.expectedRegion,
      dialerNonce: hello.nonce,
      listenerNonce: nonce,
    };
    const secret = [this.#options.secret, ...(this.#options.otherSecrets ?? [])].find((one) =>
      isProof(frame.mac, one, "dialer", transcript),
    );
    if (secret === undefined) return refuse("secret", "the shared secret of the peer is not ours");
    if (hello.expectedRegion !== region) {
      return refuse("wrong-region", `this is the gateway of ${region}, the peer expected ${printable(hello.expectedRegion)}`, hello.region);
    }
    if (!isPeer(hello.region)) return refuse("not-in-topology", `region ${printable(hello.region)} is not in the topology of ${region}`);
    if (isCertified && !isCertified(hello.region)) {
      return refuse("certificate", `the certificate of the peer does not name region ${hello.region}`, hello.region);
    }
    const mac = prove(secret, "listener", transcript);
    return {
      kind: "open",
      peer: hello.region,
      frame: { kind: "welcome", mac, topologyDigest, capabilities: [] },
      sameTopology: hello.topologyDigest.equals(topologyDigest),
    };
  }
}

/** A refusal that waiting can cure is a lost connection; any other needs a person. */
export function refusalError(code: Refusal, message: string, by: string): GatewayError {
  if (code === "superseded") return new GatewayError("LINK_SUPERSEDED", `${by} gave this link away: ${printable(message)}`);
  if (code === "malformed") return new GatewayError("FRAME_MALFORMED", `${by} could not read us: ${printable(message)}`);
  return new GatewayError(code === "busy" ? "LINK_CONNECTION" : "LINK_REFUSED", `${by} refused the link: ${printable(message)}`, {
    details: { refusal: code },
  });
}

function refuse(code: Refusal, message: string, peer?: string): ListenerStep {
  return { kind: "refuse", code, message, ...(peer !== undefined && { peer }) };
}

function unexpected(what: string): GatewayError {
  return new GatewayError("FRAME_MALFORMED", `unexpected in the handshake: ${what}`);
}

/** A peer's text goes into our log and sentences. */
export function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?").slice(0, 300);
}
