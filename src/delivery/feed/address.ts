/** host:port of a peer for people; IPv4 in IPv6's clothes is shown as IPv4. */
export function formatPeer(host = "?", port = 0): string {
  const plain = host.replace(/^::ffff:/, "");
  return plain.includes(":") ? `[${plain}]:${port}` : `${plain}:${port}`;
}
