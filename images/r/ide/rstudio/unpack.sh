#!/bin/sh
# unpack.sh PACKAGE DIR: the files of RStudio Server's package into DIR/files,
# and what it depends on into DIR/depends. Its own install script is not run:
# it makes a system service with a user of its own, and none is wanted here.
set -eu

fail() {
  echo "rcluster image: ide rstudio: $*" >&2
  exit 1
}

dpkg-deb --info "$1" >/dev/null 2>&1 || fail "the file is not a .deb"
architecture=$(dpkg-deb -f "$1" Architecture)
case $architecture in
  all | "$(dpkg --print-architecture)") ;;
  *) fail "the .deb is for $architecture, the image for" \
    "$(dpkg --print-architecture)" ;;
esac

mkdir -p "$2/package"
dpkg-deb -x "$1" "$2/package"
[ -x "$2/package/usr/lib/rstudio-server/bin/rserver" ] ||
  fail "the .deb has no /usr/lib/rstudio-server/bin/rserver"
mv "$2/package/usr/lib/rstudio-server" "$2/files"
# sudo is for its install script; with libclang it would explain C++ code.
dpkg-deb -f "$1" Depends | tr ',' '\n' | grep -v -e sudo -e libclang |
  paste -sd, >"$2/depends"
