#!/bin/sh
# Installs Debian packages without letting their services start: install-packages.sh PACKAGE...
# Debian asks /usr/sbin/policy-rc.d before it starts a service. While we install, ours says no; whatever stood there
# before comes back at the end, also when the install fails or is interrupted.
set -eu

policy=${SLUICE_POLICY_FILE:-/usr/sbin/policy-rc.d}
kept=$policy.before-sluice
mark='# written by sluice for one install'

present() { [ -e "$1" ] || [ -L "$1" ]; }

restore() {
  rm -f "$policy"
  if present "$kept"; then mv "$kept" "$policy"; fi
}

# An earlier install was killed before it could restore.
if present "$policy" && grep -qF "$mark" "$policy" 2>/dev/null; then restore; fi

trap restore EXIT
trap 'exit 130' INT TERM HUP
if present "$policy"; then mv "$policy" "$kept"; fi
printf '#!/bin/sh\n%s\nexit 101\n' "$mark" > "$policy"
chmod 755 "$policy"

export DEBIAN_FRONTEND=noninteractive
# Another apt of this machine may be at work: wait for it.
apt-get -o DPkg::Lock::Timeout=120 update
apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "$@"
