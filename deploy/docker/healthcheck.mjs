/** Ends with 0 when the gateway of this container answers /healthz. CAUSEWAY_HEALTH_URL where the admin port is not http on 7401. */
import { get as getHttp } from "node:http";
import { get as getHttps } from "node:https";

const url = process.env.CAUSEWAY_HEALTH_URL ?? "http://127.0.0.1:7401/healthz";
const get = url.startsWith("https:") ? getHttps : getHttp;
// The certificate names the region, not loopback; we ask ourselves and send no secret.
get(url, { rejectUnauthorized: false, timeout: 2_000 }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1))
  .on("timeout", () => process.exit(1))
  .on("error", () => process.exit(1));
