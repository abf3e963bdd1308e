#!/bin/sh
# Installs Debian packages that are missing, without starting a service.
# Where that is not possible it says so loudly and the tests that need them are skipped; in CI it fails.
# Usage: tools/install-debian.sh PACKAGE...
set -eu

missing=
for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

cannot() {
    echo "*** NOT INSTALLED:$missing" >&2
    echo "*** $1. Tests that need them are skipped." >&2
    [ "${CI:-}" != true ] || exit 1
    exit 0
}
command -v apt-get >/dev/null || cannot "This system has no apt-get; install them by its own means"
# A hosted CI runner is not root but may become it unasked; on a person's machine that is theirs to decide.
root=
if [ "$(id -u)" != 0 ]; then
    [ "${CI:-}" = true ] && sudo -n true 2>/dev/null || cannot "apt-get needs root; run: apt-get install$missing"
    root="sudo -n"
fi

# A package's own service would be started on install and hold port 80: this file forbids it.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap '$root rm -f "$policy"' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' | $root tee "$policy" >/dev/null
    $root chmod 755 "$policy"
fi
echo "Installing$missing"
$root apt-get update --quiet=2 || cannot "apt-get update failed"
# $missing is a list of names.
$root env DEBIAN_FRONTEND=noninteractive \
    apt-get install --quiet=2 --yes --no-install-recommends $missing >/dev/null || cannot "apt-get install failed"
