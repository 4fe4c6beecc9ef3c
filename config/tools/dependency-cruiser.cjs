// Imports go down only; stages never import each other; protocol logic touches no socket, file or clock.
const stages = ["source", "journal", "link", "delivery"];
const below = [
  ["errors"],
  ["bytes", "runtime"],
  ["resp", "stream"],
  ["rdb", "wire"],
  stages,
  ["lag", "alert", "topology"],
  ["admin", "cli"],
  ["gateway", "command", "main"],
];
const upward = below.flatMap((layer, height) =>
  layer.map((name) => ({
    name: `${name}-imports-only-downwards`,
    severity: "error",
    from: { path: `^src/${name}(/|\\.ts$)` },
    to: {
      path: `^src/(${
        below
          .slice(height + 1)
          .flat()
          .join("|") || "nothing-above"
      })(/|\\.ts$)`,
    },
  })),
);
const siblings = stages.map((name) => ({
  name: `${name}-imports-no-other-stage`,
  severity: "error",
  from: { path: `^src/${name}/` },
  to: { path: `^src/(${stages.filter((other) => other !== name).join("|")})/` },
}));

/** Folders of a stage: those of one line do not know each other, and only what stands in the lines before. */
const parts = {
  link: [["connection"], ["send", "receive"]],
  "delivery/write": [["target"], ["unit", "values"], ["load", "apply"]],
};

const within = Object.entries(parts).flatMap(([stage, lines]) =>
  lines.flatMap((line, at) =>
    line.map((name) => ({
      name: `inside-${stage.replace("/", "-")}-${name}`,
      severity: "error",
      from: { path: `^src/${stage}/${name}/` },
      to: {
        path: `^src/${stage}/(${lines
          .slice(at)
          .flat()
          .filter((other) => other !== name)
          .join("|")})/`,
      },
    })),
  ),
);

module.exports = {
  forbidden: [
    { name: "no-cycle", severity: "error", from: {}, to: { circular: true } },
    { name: "no-test-in-the-product", severity: "error", from: { path: "^src/" }, to: { path: "^test/" } },
    ...upward,
    ...siblings,
    ...within,
    {
      name: "pure-protocol-logic",
      comment: "Pure files import no sockets, files, timers or clock.",
      severity: "error",
      from: {
        path: "^src/(bytes|resp|rdb|stream)/|^src/(source/(handshake|bulk-transfer|cutter)|link/(window|phase|connection/(auth|clock-offset|handshake)|send/resume)|delivery/feed/(dialogue|info|psync|request-parser)|delivery/write/(start|target/(guard|checkpoint|target-facts)|apply/(plan|translate|dialect|dialect-scripts)))\\.ts$",
      },
      to: {
        path: "^(net|tls|fs|fs/promises|timers|timers/promises|http|https|dgram|child_process|worker_threads|perf_hooks|ws|ioredis)$|^src/runtime/",
      },
    },
  ],
  options: { tsPreCompilationDeps: true, tsConfig: { fileName: "tsconfig.json" }, doNotFollow: { path: "node_modules" } },
};
