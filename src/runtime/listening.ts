/** What every port of ours does: it listens until it is told to stop, and takes renewed certificates without losing a connection. */
import type { AddressInfo, Server } from "node:net";
import { type TlsOptions, Server as TlsServer } from "node:tls";

export type Renewable = {
  /** Always the current certificates: copied anew at each renewal. */
  readonly tls?: TlsOptions | undefined;
  readonly onTlsRenewal?: ((renewed: () => void) => () => void) | undefined;
};

/** New connections get the renewed certificate; those that run go on. Call what it gives back to end it. */
export function followRenewals(server: Server, { tls, onTlsRenewal }: Renewable): () => void {
  if (!tls || !onTlsRenewal || !(server instanceof TlsServer)) return () => undefined;
  return onTlsRenewal(() => server.setSecureContext({ ...tls }));
}

export type ListenOptions = { readonly host: string; readonly port: number; readonly onListening: (port: number) => void };

/** Returns when the signal aborts; closing the server is the caller's. Throws what the system says when it cannot listen, or not accept any more. */
export async function listenUntilAborted(server: Server, { host, port, onListening }: ListenOptions, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    // For good: accepting can fail as long as the server is open (EMFILE), and an error that nobody hears ends the process.
    server.on("error", reject);
    server.listen(port, host, () => {
      onListening((server.address() as AddressInfo).port);
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  });
}
