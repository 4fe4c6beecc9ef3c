/** The feed's own door: login and TLS, as real replicas use them. */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { FedPair } from "../../support/fed-pair.ts";

const file = (name: string) => fileURLToPath(new URL(`../../fixtures/link-tls/${name}`, import.meta.url));
const PASSWORD = "a password that replicas know";
// biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is written in the file
const login = { feed: { username: "feeder", password: "${FEED_PASSWORD}" }, env: { FEED_PASSWORD: PASSWORD } };

test("a replica with the login attaches, one without or with another does not", async () => {
  await using pair = await FedPair.start(login);
  await pair.master.call("SET", "key", "value");
  const stranger = await pair.attach();
  const liar = await pair.attach({ args: ["--masteruser", "feeder", "--masterauth", "wrong"] });
  const replica = await pair.attach({ args: ["--masteruser", "feeder", "--masterauth", PASSWORD] });
  await pair.same(replica);
  await eventually(() => stranger.log.includes("NOAUTH") && liar.log.includes("WRONGPASS"));
  const { replicas, refusals } = await pair.feed();
  expect([replicas.length, refusals > 1]).toEqual([1, true]);
  expect(pair.gateway("eu-west").output).not.toContain(PASSWORD);
});

test("TLS: a replica with a certificate of the authority attaches, one with another or in plaintext does not", async () => {
  const tls = { cert: file("eu-west.crt"), key: file("eu-west.key"), ca: file("ca.crt") };
  await using pair = await FedPair.start({ feed: { tls } });
  await pair.master.call("SET", "key", "value");
  const certified = (name: string) => [
    ...["--tls-replication", "yes", "--tls-ca-cert-file", file("ca.crt")],
    ...["--tls-cert-file", file(`${name}.crt`), "--tls-key-file", file(`${name}.key`)],
  ];
  const [plain, stranger] = [await pair.attach(), await pair.attach({ args: certified("stranger") })];
  const replica = await pair.attach({ args: certified("us-east") });
  await pair.same(replica);
  await eventually(async () => (await pair.feed()).refusals > 1);
  for (const refused of [plain, stranger]) expect(await refused.info("master_link_status")).toBe("down");
});
