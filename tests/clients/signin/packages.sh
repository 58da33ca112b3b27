#!/usr/bin/env bash
# Whether the programs of the sign-in tests are here; installs the missing ones where that needs nobody's help.
# Without them the tests are skipped (exit 3), unless SIGN_IN_TESTS=required, as on CI.
set -euo pipefail

packages=()
need() { command -v "$1" >/dev/null || packages+=("$2"); }
need chromium chromium
need gnome-keyring-daemon gnome-keyring
need secret-tool libsecret-tools
need dbus-daemon dbus-daemon
need dbus-send dbus-bin
need tmux tmux
[ ${#packages[@]} -eq 0 ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${packages[@]}"; } >/dev/null 2>&1 && exit 0
    why="apt-get could not install ${packages[*]}"
else
    why="they need ${packages[*]} (Debian's names), and this is not root on a Debian system"
fi
if [ "${SIGN_IN_TESTS:-}" = required ]; then
    echo "sign-in tests: $why" >&2
    exit 1
fi
echo "skipped: the sign-in tests: $why" >&2
exit 3
