#!/bin/sh
# install.sh FILE: the Debian packages that FILE names as a package's Depends
# does, and libnss-wrapper, which gives any user number a name.
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get satisfy -y -qq --no-install-recommends "$(cat "$1")" >/tmp/apt.log 2>&1 || {
  cat /tmp/apt.log
  echo "rcluster image: ide rstudio: this system does not have what the .deb" \
    "depends on: $(cat "$1"); is the .deb one for it?" >&2
  exit 1
}
/opt/rcluster/build/apt.sh libnss-wrapper
