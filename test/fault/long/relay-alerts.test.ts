/** A region behind a relay that hears nothing more: each gateway's alerts name what is wrong from where it stands, and say when it is over. */
import { expect, test } from "vitest";
import type { AlertsView } from "../../../src/alert/watch.ts";
import { eventually } from "../../support/eventually.ts";
import { FedPair } from "../../support/fed-pair.ts";

const STREAM = "us-east/0";
const FAR = "eu-north";

test("the relay and the region behind it call the link down, the origin says that the region behind is late, not the relay", async () => {
  const rules = { "link-down": { for: "1s" }, lag: { above: "3s", for: "1s" } };
  await using pair = await FedPair.start({ relay: true, alerts: { rules } });
  const far = await pair.attach({ region: FAR });
  const near = await pair.attach();
  await pair.master.call("SET", "a", "1");
  for (const replica of [near, far]) await pair.same(replica);
  const firing = async (region: "us-east" | "eu-west" | "eu-north") => {
    const response = await fetch(`http://127.0.0.1:${pair.topology.ports[region]!.admin}/alerts`, { signal: AbortSignal.timeout(3_000) });
    const { firing: alerts } = (await response.json()) as AlertsView;
    return alerts.filter(({ rule }) => rule in rules).map(({ rule, subject, text }) => ({ rule, ...subject, text }));
  };
  const all = async () => [await firing("us-east"), await firing("eu-west"), await firing(FAR)];
  // They may have begun with links that were not up yet.
  const quiet = () => eventually(async () => expect(await all()).toEqual([[], [], []]), { timeoutMs: 30_000, intervalMs: 200 });
  await quiet();

  pair.onward.cut();
  await pair.master.call("SET", "a", "2");
  const late = { rule: "lag", stream: STREAM, peer: FAR, text: expect.stringMatching(/^eu-north is .* behind with us-east.0/) };
  await eventually(
    async () => {
      const [origin, relay, behind] = await all();
      expect(origin).toEqual([{ ...late, text: expect.stringMatching(/, which it gets from eu-west$/) }]);
      expect(relay).toHaveLength(2);
      expect(relay).toEqual(
        expect.arrayContaining([
          late,
          { rule: "link-down", peer: FAR, direction: "sending", text: expect.stringContaining("to eu-north") },
        ]),
      );
      expect(behind).toEqual([
        { rule: "link-down", peer: "eu-west", direction: "receiving", text: expect.stringContaining("from eu-west") },
      ]);
    },
    { timeoutMs: 30_000, intervalMs: 200 },
  );
  pair.onward.heal();
  await quiet();
  await pair.same(far);
});
