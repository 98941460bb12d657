#!/bin/sh
# apt.sh PACKAGE...: apt-get install that leaves no lists behind.
set -eu

fail() {
  echo "rcluster image: $*" >&2
  exit 1
}

[ $# -gt 0 ] || exit 0
command -v apt-get >/dev/null ||
  fail "the base image has no apt-get; use one made from Debian or Ubuntu"
export DEBIAN_FRONTEND=noninteractive
log=/tmp/apt.log

apt-get update -qq >"$log" 2>&1 || {
  cat "$log"
  fail "apt-get update failed: $(grep -m 1 '^E:' "$log" || echo 'see above')"
}

for package; do
  apt-cache show "$package" >/dev/null 2>&1 ||
    fail "there is no Debian package '$package'; check images/r/apt.txt"
done

apt-get install -y --no-install-recommends "$@" >"$log" 2>&1 || {
  cat "$log"
  fail "apt-get could not install '$*':" \
    "$(grep -m 1 '^E:' "$log" || echo 'see above')"
}

rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/apt/archives/*.deb \
  /var/cache/debconf/*-old /var/log/apt /var/log/dpkg.log \
  /var/log/alternatives.log "$log"
