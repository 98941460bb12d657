#!/bin/sh
# Compilers, the libraries R itself was built with, and curl for renv.
set -eu
cd "$(dirname "$0")"

if dpkg-query -S "$(R RHOME)/bin/R" >/dev/null 2>&1; then
  exec ./apt.sh r-base-dev pkg-config curl
fi
exec ./apt.sh build-essential gfortran pkg-config curl libblas-dev \
  liblapack-dev libbz2-dev liblzma-dev libpcre2-dev libreadline-dev libicu-dev \
  zlib1g-dev libcurl4-openssl-dev
