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

module.exports = {
  forbidden: [
    { name: "no-cycle", severity: "error", from: {}, to: { circular: true } },
    { name: "no-test-in-the-product", severity: "error", from: { path: "^src/" }, to: { path: "^test/" } },
    ...upward,
    ...siblings,
    {
      name: "pure-protocol-logic",
      comment: "Pure files import no sockets, files, timers or clock.",
      severity: "error",
      from: {
        path: "^src/(bytes|resp|rdb|stream)/|^src/(source/(handshake|bulk-transfer|cutter)|link/(window|phase|auth|clock-offset|resume|handshake)|delivery/feed/(dialogue|info|psync|request-parser)|delivery/write/(plan|translate|dialect|dialect-scripts|guard|checkpoint|start|target-facts))\\.ts$",
      },
      to: {
        path: "^(net|tls|fs|fs/promises|timers|timers/promises|http|https|dgram|child_process|worker_threads|perf_hooks|ws|ioredis)$|^src/runtime/",
      },
    },
  ],
  options: { tsPreCompilationDeps: true, tsConfig: { fileName: "tsconfig.json" }, doNotFollow: { path: "node_modules" } },
};
