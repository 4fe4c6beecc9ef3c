/** The page over two real gateways: it says within two seconds that a link is down, and outlives its own gateway. */
import { expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Pair } from "../support/pair.ts";
import { Dashboard } from "./browser.ts";

const KNOWN_SOON_MS = 2_000;

test("a link that is cut and heals, a gateway that goes and comes back", async () => {
  await using pair = await Pair.start({ rttMs: 20 });
  await pair.caughtUp();
  await using dashboard = await Dashboard.open(`http://127.0.0.1:${pair.topology.ports["us-east"]!.admin}/`);
  const link = dashboard.page.getByRole("region", { name: "Regions and links" });
  await dashboard.sees("Live");
  await link.getByText("open").waitFor();
  expect(dashboard.complaints).toEqual([]);

  pair.proxy.cut("reset");
  await eventually(async () => (await pair.status("us-east")).links[0]!.phase === "closed", { what: "the gateway notices" });
  await link.getByText("closed", { exact: true }).waitFor({ timeout: KNOWN_SOON_MS });
  await pair.master.call("SET", "while", "cut");
  await link.getByText(/B behind/).waitFor();
  await dashboard.sees(/this grows with every write/);
  await dashboard.page
    .getByRole("region", { name: "What happened" })
    .getByText(/the link to eu-west is down/)
    .first()
    .waitFor();
  await dashboard.shoot("cut");
  expect(await dashboard.violations()).toEqual([]);
  pair.proxy.heal();
  await link.getByText("has everything").waitFor();
  expect(dashboard.complaints).toEqual([]);

  await pair.us.kill9();
  await dashboard.sees(/Disconnected since/);
  await dashboard.shoot("disconnected");
  expect(await dashboard.violations()).toEqual([]);
  pair.spawn("us-east");
  await dashboard.sees("Live");
});
