import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { adminEndpoints } from "../../../src/topology/admin-view.ts";
import { loadTopology } from "../../../src/topology/topology.ts";
import { tempFolder } from "../../support/temp-folder.ts";

test("an admin port on every address of its machine is asked where the machine is known to be", async () => {
  await using folder = await tempFolder("admin-view");
  const gateway = (admin: string, url: string) => ({ listen: "0.0.0.0:7400", url, admin, data: "data" });
  const path = join(folder.path, "topology.json");
  const topology = {
    version: 1,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is written in the file
    secret: "${SECRET}",
    link: { allowPlaintext: true },
    admin: { allowOpen: true },
    regions: {
      "us-east": { gateway: gateway("0.0.0.0:7401", "ws://gateway-us-east:7400"), master: { url: "redis://redis:6379" }, replicas: {} },
      "eu-west": { gateway: gateway("[::]:7402", "ws://[fd00::2]:7400"), replicas: {} },
      "ap-south": { gateway: gateway("10.0.0.3:7401", "ws://ap-south.example.com:7400"), replicas: {} },
    },
  };
  await writeFile(path, JSON.stringify(topology));
  const asked = adminEndpoints(loadTopology(path, {}), "read").map(({ region, host, port }) => `${region} ${host} ${port}`);
  expect(asked).toEqual(["us-east gateway-us-east 7401", "eu-west fd00::2 7402", "ap-south 10.0.0.3 7401"]);
});
