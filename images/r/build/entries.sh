#!/bin/sh
# entries.sh FILE: the Debian packages that FILE lists, checked.
set -eu
[ -f "$1" ] || exit 0
entries=$(tr -d '\r' <"$1" |
  sed 's/#.*//; s/^[[:space:]]*//; s/[[:space:]]*$//; /^$/d')
bad=$(printf '%s\n' "$entries" | grep -vE '^([a-z0-9][a-z0-9+.-]+)?$' |
  head -n 1 || true)
if [ -n "$bad" ]; then
  echo "rcluster image: '$bad' is no name of a Debian package;" \
    "check images/r/apt.txt" >&2
  exit 1
fi
printf '%s\n' "$entries"
