/** Installs Debian packages whose services nobody wants: neither now nor at the next boot. */

/** @param {...string} packages @returns a script for `sh`, run as root; it fails where apt-get does. */
export function debianInstall(...packages) {
  return `
    policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
      trap 'rm -f /usr/sbin/policy-rc.d' EXIT INT TERM
      printf '#!/bin/sh\\nexit 101\\n' > $policy && chmod 755 $policy
    fi
    export DEBIAN_FRONTEND=noninteractive
    install() { apt-get install -y -qq --no-install-recommends ${packages.join(" ")}; }
    install || { apt-get update -qq; install; } || exit 1
    if [ -d /run/systemd/system ]; then for unit in ${packages.join(" ")}; do systemctl disable --now $unit || true; done; fi`;
}
