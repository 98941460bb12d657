#!/bin/sh
# own.sh SOURCES LIBRARY: rcluster's own R packages into LIBRARY, and their
# source tarballs, for an R outside, beside it.
set -eu
mkdir -p "$2" "$(dirname "$2")/source"
cd "$(dirname "$2")/source"
for package in rcluster doRedis; do
  [ -d "$1/$package" ] || continue
  R CMD build --no-build-vignettes "$1/$package"
  R_LIBS="$2" R CMD INSTALL --library="$2" "$package"_*.tar.gz
done
