/**
 * The chart, rendered by the real helm, and the plain manifests, which are that rendering. Every object must satisfy Kubernetes's own schemas
 * (and the Prometheus operator's), and have no field that they do not know: the compiler says that, over types made from the same schemas.
 */

import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { loadTopology } from "../../src/topology/topology.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { DEPLOY, Tool } from "./tools.ts";

type Manifest = { readonly apiVersion: string; readonly kind: string; readonly metadata: { readonly name: string } };

const CHART = "helm/causeway";
const TOOLS = new URL("tools/", import.meta.url);
const helm = new Tool("helm");
const hasModels = existsSync(new URL("node_modules/kubernetes-models", TOOLS));

const render = (...args: readonly string[]) => helm.run("template", "causeway", CHART, "--namespace", "causeway", ...args);
const manifestsOf = (text: string) =>
  parseAllDocuments(text, { version: "1.1" })
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);
const committed = async (name: string) => readFile(join(DEPLOY, "kubernetes", name), "utf8");
/** helm says how it found a linked file. */
const withoutLog = (text: string) => text.replaceAll(/^level=INFO .*\n/gm, "");

describe.skipIf(helm.isMissing)("the chart", () => {
  test("passes helm lint", async () => {
    expect(await helm.run("lint", "--strict", CHART)).toContain("0 chart(s) failed");
  });

  test("with its defaults is deploy/kubernetes, file by file", async () => {
    const monitoring = ["--show-only", "templates/monitoring.yaml", "--set", "monitoring.enabled=true"];
    expect(withoutLog(await render())).toBe(await committed("causeway.yaml"));
    expect(withoutLog(await render(...monitoring))).toBe(await committed("monitoring.yaml"));
  });

  test.skipIf(!hasModels)("with every other choice still is what Kubernetes takes", async () => {
    const text = await render(
      ...[
        "--set",
        "networkPolicy.enabled=false,maxUnavailable=0,image.tag=x,linkService.annotations.a=b,persistence.storageClassName=fast",
      ],
      ...["--set", "imagePullSecrets[0].name=registry,monitoring.enabled=true,monitoring.labels.release=prometheus,region=eu-west"],
    );
    expect(await problemsOf(manifestsOf(withoutLog(text)))).toEqual([]);
    expect(text).not.toContain("NetworkPolicy");
  });
});

describe("deploy/kubernetes", () => {
  test.skipIf(!hasModels)("is what Kubernetes and the Prometheus operator take, without unknown fields", async () => {
    const manifests = manifestsOf(`${await committed("causeway.yaml")}\n---\n${await committed("monitoring.yaml")}`);
    expect(manifests.map(({ kind }) => kind).toSorted()).toEqual(
      [
        "ConfigMap",
        "NetworkPolicy",
        "PodDisruptionBudget",
        "PrometheusRule",
        "Service",
        "Service",
        "ServiceMonitor",
        "StatefulSet",
      ].toSorted(),
    );
    expect(await problemsOf(manifests)).toEqual([]);
    // The check itself: a wrong type, and a field that does not exist.
    const [set] = manifests.filter(({ kind }) => kind === "StatefulSet") as (Manifest & { readonly spec: object })[];
    expect(await problemsOf([{ ...set!, spec: { ...set!.spec, replicas: "one" } } as Manifest])).not.toEqual([]);
    expect(await problemsOf([{ ...set!, spec: { ...set!.spec, replicaz: 1 } } as Manifest])).not.toEqual([]);
  });

  test("holds a topology that is valid, whose ports are those of the pod, and no secret", async () => {
    const text = await committed("causeway.yaml");
    const manifests = manifestsOf(text);
    const config = manifests.find(({ kind }) => kind === "ConfigMap") as unknown as { readonly data: { readonly "topology.yaml": string } };
    await using folder = await tempFolder("chart");
    const path = join(folder.path, "topology.yaml");
    await writeFile(path, config.data["topology.yaml"]);
    const { gateway } = loadTopology(path, {}).settings.regions["us-east"]!;
    const [, link, admin] = /name: link, containerPort: (\d+)[\s\S]*name: admin, containerPort: (\d+)/.exec(text)!;
    expect([gateway.listen.port, gateway.admin.port]).toEqual([Number(link), Number(admin)]);
    expect(text).toContain(`mountPath: ${gateway.data} `);
    expect(manifests.some(({ kind }) => kind === "Secret")).toBe(false);
  });
});

/** One sentence for each thing that the schemas or the types refuse. */
async function problemsOf(manifests: readonly Manifest[]): Promise<readonly string[]> {
  const problems: string[] = [];
  const lines: string[] = [];
  for (const [index, manifest] of manifests.entries()) {
    const { apiVersion, kind, metadata } = manifest;
    const owner = apiVersion.startsWith("monitoring.coreos.com/") ? "@kubernetes-models/prometheus-operator" : "kubernetes-models";
    const path = join(TOOLS.pathname, "node_modules", owner, apiVersion, kind);
    const model = (await import(pathToFileURL(`${path}.js`).href)) as Record<string, new (value: Manifest) => { validate(): void }>;
    try {
      new model[kind]!(manifest).validate();
    } catch (error) {
      problems.push(`${kind} ${metadata.name}: ${(error as Error).message}`);
    }
    lines.push(`import type { I${kind} as T${index} } from "${path}";\nexport const m${index}: T${index} = ${JSON.stringify(manifest)};\n`);
  }
  await using folder = await tempFolder("manifests");
  const file = join(folder.path, "manifests.ts");
  await writeFile(file, lines.join(""));
  const program = ts.createProgram([file], {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
  });
  const diagnostics = ts.getPreEmitDiagnostics(program);
  return [...problems, ...diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"))];
}
