#!/bin/sh
# JupyterLab and R's kernel from Debian. Its package depends on the Node.js
# modules that it was built from, more than 1 GB that nothing runs: so only
# its own files are taken, and the Python packages that it names.
set -eu

fail() {
  echo "rcluster image: ide jupyter: $*" >&2
  exit 1
}

dpkg-query -S "$(R RHOME)/bin/R" >/dev/null 2>&1 ||
  fail "needs Debian's own R, and the base image brings another"

# apt.sh leaves no lists behind.
apt-get update -qq
apt-cache show jupyterlab >/dev/null 2>&1 ||
  fail "the base image's system has no jupyterlab; Debian has it from 13 on"

cd "$(mktemp -d)"
chown _apt . # who downloads
apt-get download -qq jupyterlab
needs=$(dpkg-deb -f jupyterlab_*.deb Depends | tr ',' '\n' |
  sed -n 's/^ *\(python3-[a-z0-9.-]*\).*/\1/p')
# shellcheck disable=SC2086 # one argument each
/opt/rcluster/build/apt.sh r-cran-irkernel $needs
dpkg-deb --fsys-tarfile jupyterlab_*.deb |
  tar -x -C / --exclude='*.js.map' ./etc/jupyter ./usr/bin/jupyter-lab \
    ./usr/lib/python3/dist-packages ./usr/share/jupyter

# R is what the cluster runs; a Python notebook would find no workers.
rm -rf /usr/share/jupyter/kernels/python3 "$PWD"
jupyter-lab --version
