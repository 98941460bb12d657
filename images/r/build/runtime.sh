#!/bin/sh
# runtime.sh DIR: install what was planned in DIR, without headers unless there
# are compilers to use them.
set -eu
build=$(dirname "$0")
entries=$("$build/entries.sh" "$1/apt.txt")
if [ "${COMPILERS:-false}" != true ]; then
  entries=$(printf '%s\n' "$entries" | grep -v -e '-dev$' || true)
fi
# shellcheck disable=SC2046,SC2086 # one argument each
exec "$build/apt.sh" $entries $(cat "$1/apt-r" "$1/needs")
