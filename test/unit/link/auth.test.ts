import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isProof, prove, type Transcript } from "../../../src/link/connection/auth.ts";
import { isCertificateOf } from "../../../src/link/connection/certificate.ts";
import { DialerHandshake, ListenerHandshake } from "../../../src/link/connection/handshake.ts";

const transcript: Transcript = {
  version: 1,
  dialer: "eu-west",
  listener: "us-east",
  dialerNonce: Buffer.alloc(32, 1),
  listenerNonce: Buffer.alloc(32, 2),
};

describe("proofs", () => {
  test("hold for the same secret, role and transcript only", () => {
    const mac = prove("secret", "dialer", transcript);
    expect(isProof(mac, "secret", "dialer", transcript)).toBe(true);
    expect(isProof(mac, "secret", "listener", transcript)).toBe(false);
    expect(isProof(mac, "Secret", "dialer", transcript)).toBe(false);
    expect(isProof(mac.subarray(0, 31), "secret", "dialer", transcript)).toBe(false);
    for (const other of [
      { version: 2 },
      { dialer: "eu-wes" },
      { listener: "ap-south" },
      { dialerNonce: Buffer.alloc(32, 3) },
      { listenerNonce: Buffer.alloc(32, 3) },
    ]) {
      expect(isProof(mac, "secret", "dialer", { ...transcript, ...other })).toBe(false);
    }
  });

  test("cannot be moved between fields", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (dialer, listener, otherDialer, otherListener) => {
        const same = dialer === otherDialer && listener === otherListener;
        const mac = prove("secret", "dialer", { ...transcript, dialer, listener });
        expect(isProof(mac, "secret", "dialer", { ...transcript, dialer: otherDialer, listener: otherListener })).toBe(same);
      }),
    );
  });
});

describe("certificates", () => {
  const subject = (CN: string) => ({ CN }) as never;
  test.each([
    ["a DNS name", { subject: subject("x"), subjectaltname: "DNS:a.example, DNS:us-east" }, true],
    ["the common name", { subject: subject("us-east") }, true],
    ["another DNS name", { subject: subject("x"), subjectaltname: "DNS:us-east-2" }, false],
    ["a URI", { subject: subject("x"), subjectaltname: "URI:us-east" }, false],
    ["one quoted name that looks like two", { subject: subject("x"), subjectaltname: 'DNS:"a, DNS:us-east"' }, false],
    ["several common names", { subject: { CN: ["us-east", "x"] } as never }, false],
    ["nothing", { subject: undefined as never }, false],
  ])("by %s", (_, certificate, expected) => {
    expect(isCertificateOf("us-east", certificate)).toBe(expected);
  });
});

describe("the handshake", () => {
  const digest = Buffer.alloc(32);
  const dialer = (overrides = {}) =>
    new DialerHandshake({
      secret: "s",
      region: "eu-west",
      expectedRegion: "us-east",
      nonce: Buffer.alloc(32, 1),
      topologyDigest: digest,
      ...overrides,
    });
  const listener = (overrides = {}) =>
    new ListenerHandshake({
      secret: "s",
      region: "us-east",
      nonce: Buffer.alloc(32, 2),
      topologyDigest: digest,
      isPeer: (region) => region === "eu-west",
      ...overrides,
    });

  function shake(one: DialerHandshake, other: ListenerHandshake) {
    const challenge = other.step(one.hello());
    if (challenge.kind !== "send") return challenge;
    const proof = one.step(challenge.frame);
    if (proof.kind !== "send") return proof;
    const welcome = other.step(proof.frame);
    return welcome.kind === "open" ? one.step(welcome.frame) : welcome;
  }

  test("opens between peers and compares topologies", () => {
    expect(shake(dialer(), listener())).toEqual({ kind: "open", capabilities: [], sameTopology: true });
    expect(shake(dialer({ topologyDigest: Buffer.alloc(32, 1) }), listener())).toMatchObject({ kind: "open", sameTopology: false });
  });

  test("while the secret is changed, dialers with either one are let in, and are answered with their own", () => {
    const changing = () => listener({ secret: "new", otherSecrets: ["old"] });
    for (const secret of ["new", "old"]) expect(shake(dialer({ secret }), changing())).toMatchObject({ kind: "open" });
    expect(shake(dialer({ secret: "older" }), changing())).toMatchObject({ kind: "refuse", code: "secret" });
  });

  test.each([
    ["another secret", dialer({ secret: "t" }), listener(), "secret"],
    ["another region reached", dialer({ expectedRegion: "ap-south" }), listener(), "wrong-region"],
    ["an unknown region", dialer({ region: "mars" }), listener(), "not-in-topology"],
    ["a certificate of another region", dialer(), listener({ isCertified: () => false }), "certificate"],
  ])("refuses %s", (_, one, other, code) => {
    expect(shake(one, other)).toMatchObject({ kind: "refuse", code });
  });

  test("a listener that echoes the dialer's own proof is not believed", () => {
    const one = dialer();
    const proof = one.step({ kind: "challenge", nonce: Buffer.alloc(32, 2) });
    const mac = proof.kind === "send" && proof.frame.kind === "proof" ? proof.frame.mac : Buffer.alloc(0);
    expect(() => one.step({ kind: "welcome", mac, topologyDigest: digest, capabilities: [] })).toThrow(/did not prove/);
  });

  test("frames out of turn end it", () => {
    expect(() => dialer().step({ kind: "welcome", mac: Buffer.alloc(32), topologyDigest: digest, capabilities: [] })).toThrow(/unexpected/);
    expect(() => listener().step({ kind: "proof", mac: Buffer.alloc(32) })).toThrow(/unexpected/);
    const twice = listener();
    twice.step(dialer().hello());
    expect(() => twice.step(dialer().hello())).toThrow(/unexpected/);
  });
});
