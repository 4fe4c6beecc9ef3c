/**
 * The files of deploy/prometheus and deploy/alertmanager in the real Prometheus and Alertmanager, over a real pair of gateways: the link
 * is cut, the lag alert fires, is read back from Alertmanager and reaches the receiver; the link heals, and the alert resolves.
 * Changed for the test: addresses, plain HTTP without a token, where notifications go, and every time is divided.
 */
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { Child } from "../support/child.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { Pair } from "../support/pair.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { DEPLOY, Tool } from "./tools.ts";

const prometheus = new Tool("prometheus");
const alertmanager = new Tool("alertmanager", "prometheus-alertmanager");

type Alert = { readonly status: string; readonly labels: Readonly<Record<string, string>> };

test.skipIf(prometheus.isMissing || alertmanager.isMissing)(
  "a lag alert fires and resolves through Prometheus and Alertmanager",
  async () => {
    await using folder = await tempFolder("monitoring");
    await using pair = await Pair.start();
    await pair.caughtUp();
    await using receiver = await webhookReceiver();
    const ports = { prometheus: await freePort(), alertmanager: await freePort() };

    const rules = (await readFile(join(DEPLOY, "prometheus/rules.yml"), "utf8")).replaceAll(/for: \d+m/g, "for: 2s");
    await writeFile(join(folder.path, "rules.yml"), rules.replace("causeway_lag_seconds > 10", "causeway_lag_seconds > 2"));
    const scrape = await yamlOf("prometheus/prometheus.yml");
    const { job_name, honor_labels, metrics_path } = scrape.scrape_configs[0];
    const regions = ["us-east", "eu-west"] as const;
    await writeFile(
      join(folder.path, "prometheus.yml"),
      JSON.stringify({
        ...scrape,
        global: { scrape_interval: "1s", evaluation_interval: "1s" },
        alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${ports.alertmanager}`] }] }] },
        scrape_configs: [
          {
            job_name,
            honor_labels,
            metrics_path,
            static_configs: regions.map((region) => ({ targets: [`127.0.0.1:${pair.topology.ports[region]!.admin}`], labels: { region } })),
          },
        ],
      }),
    );
    const routing = await yamlOf("alertmanager/alertmanager.yml");
    await writeFile(
      join(folder.path, "alertmanager.yml"),
      JSON.stringify({
        ...routing,
        route: { ...routing.route, group_wait: "1s", group_interval: "1s" },
        receivers: routing.receivers.map(({ name }: { name: string }) => ({ name, webhook_configs: [{ url: `${receiver.url}/${name}` }] })),
      }),
    );
    await using alerting = new Program(alertmanager.path!, [
      `--config.file=${folder.path}/alertmanager.yml`,
      `--storage.path=${folder.path}/alertmanager`,
      `--web.listen-address=127.0.0.1:${ports.alertmanager}`,
      "--cluster.listen-address=",
    ]);
    await using scraping = new Program(prometheus.path!, [
      `--config.file=${folder.path}/prometheus.yml`,
      `--storage.tsdb.path=${folder.path}/prometheus`,
      `--web.listen-address=127.0.0.1:${ports.prometheus}`,
    ]);
    const query = async (expression: string): Promise<readonly { metric: Record<string, string>; value: [number, string] }[]> => {
      const response = await fetch(`http://127.0.0.1:${ports.prometheus}/api/v1/query?query=${encodeURIComponent(expression)}`);
      return ((await response.json()) as { data: { result: [] } }).data.result;
    };
    const alerts = async (): Promise<readonly Alert[]> => {
      const response = await fetch(`http://127.0.0.1:${ports.alertmanager}/api/v2/alerts`);
      return (await response.json()) as readonly Alert[];
    };
    const lagAlert = async () => (await alerts()).filter(({ labels }) => labels["alertname"] === "CausewayLagHigh");
    const what = () => `\n${scraping.output.slice(-1_000)}\n${alerting.output.slice(-1_000)}`;

    await eventually(async () => (await query('up{job="causeway"} == 1')).length === 2, {
      timeoutMs: 30_000,
      what: `two targets${what()}`,
    });
    expect((await query("causeway_lag_seconds")).map(({ metric }) => `${metric["region"]} ${metric["peer"]}`)).toEqual(["us-east eu-west"]);
    expect(await lagAlert()).toEqual([]);

    pair.proxy.cut();
    await pair.master.client().set("written", "while the link is down");
    await eventually(async () => (await lagAlert()).length === 1, { timeoutMs: 60_000, intervalMs: 200, what: `the alert${what()}` });
    expect((await lagAlert())[0]!.labels).toMatchObject({ severity: "warning", region: "us-east", peer: "eu-west", stream: "us-east/0" });
    await eventually(() => receiver.seen("team", "CausewayLagHigh").includes("firing"), { timeoutMs: 30_000, what: "the notification" });

    pair.proxy.heal();
    await pair.caughtUp();
    await eventually(async () => (await lagAlert()).length === 0, { timeoutMs: 60_000, intervalMs: 200, what: `its end${what()}` });
    await eventually(() => receiver.seen("team", "CausewayLagHigh").at(-1) === "resolved", { timeoutMs: 30_000, what: "the notification" });
    expect(await query('ALERTS{alertname="CausewayLagHigh", alertstate="firing"}')).toEqual([]);
  },
  240_000,
);

class Program extends Child implements AsyncDisposable {
  constructor(program: string, args: readonly string[]) {
    super(program, args);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.terminate({ timeoutMs: 5_000 });
  }
}

// biome-ignore lint/suspicious/noExplicitAny: files of other programs, whose schema promtool and amtool check
async function yamlOf(name: string): Promise<any> {
  return parse(await readFile(join(DEPLOY, name), "utf8"));
}

/** Keeps what Alertmanager says to each receiver, in order. */
async function webhookReceiver() {
  const got: { readonly receiver: string; readonly alert: Alert }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { receiver, alerts } = JSON.parse(Buffer.concat(chunks).toString()) as { receiver: string; alerts: readonly Alert[] };
    got.push(...alerts.map((alert) => ({ receiver, alert })));
    response.end();
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${port}`,
    seen: (receiver: string, name: string) =>
      got.filter((one) => one.receiver === receiver && one.alert.labels["alertname"] === name).map(({ alert }) => alert.status),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
