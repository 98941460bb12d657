#!/bin/sh
# system.sh DIR: install all that DIR/apt.txt lists.
set -eu
build=$(dirname "$0")
entries=$("$build/entries.sh" "$1/apt.txt")
# shellcheck disable=SC2086 # one argument each
exec "$build/apt.sh" $entries
