/** With mutual TLS a certificate names the region it was issued to, as a DNS name or as the common name. */
import type { PeerCertificate } from "node:tls";

export function isCertificateOf(region: string, certificate: Pick<PeerCertificate, "subject" | "subjectaltname">): boolean {
  return certificateNames(certificate).includes(region);
}

function certificateNames({ subject, subjectaltname }: Pick<PeerCertificate, "subject" | "subjectaltname">): readonly string[] {
  // Node quotes a name that could be mistaken for several (CVE-2021-44532); no region needs such a name.
  const alternatives = subjectaltname === undefined || subjectaltname.includes('"') ? [] : subjectaltname.split(", ");
  const dnsNames = alternatives.filter((name) => name.startsWith("DNS:")).map((name) => name.slice("DNS:".length));
  // A subject with several common names arrives as an array, whatever the types say: it names nobody.
  const commonName: unknown = subject?.CN;
  return typeof commonName === "string" ? [...dnsNames, commonName] : dnsNames;
}
