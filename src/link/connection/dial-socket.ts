/**
 * The socket under a dialed link. What arrives lands in slabs, one read behind the other: node would allocate 64 KiB for each read, and
 * `ws` join every message that is larger. A slab is kept as long as a record that came in it.
 */
import { connect as connectTcp, isIP, type Socket, type TcpNetConnectOpts } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";

const SLAB_BYTES = 1024 * 1024;
/** A read is no longer, so that other links get their turn, and no shorter for want of room. */
const MAX_READ_BYTES = 256 * 1024;

export type DialOptions = TcpNetConnectOpts & ConnectionOptions;

/** For `createConnection` of `ws`: what it would do itself, but for where bytes are read to. */
export function dialSocket(options: DialOptions, isSecure: boolean): Socket {
  let slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  let used = 0;
  const buffer = () => {
    if (slab.length - used < MAX_READ_BYTES) {
      slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      used = 0;
    }
    return slab.subarray(used, used + MAX_READ_BYTES);
  };
  const callback = (bytes: number) => {
    used += bytes;
    socket.emit("data", slab.subarray(used - bytes, used));
    return true;
  };
  // The path is the request's; a socket would take it for a name in the file system.
  const all = { ...options, path: undefined, onread: { buffer, callback } };
  const servername = options.servername ?? (isIP(options.host ?? "") ? "" : options.host);
  const socket: Socket = isSecure ? connectTls({ ...all, servername } as ConnectionOptions) : connectTcp(all as TcpNetConnectOpts);
  return socket;
}
