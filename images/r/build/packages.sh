#!/bin/sh
# packages.sh DIR LIBRARY: the R packages that DIR/packages.txt lists, with all
# they need: from apt, or from CRAN into LIBRARY.
set -eu
build=$(dirname "$0")
mkdir -p "$2"
Rscript "$build/plan.R" "$1"
# shellcheck disable=SC2046 # one argument each
"$build/apt.sh" $(cat "$1/apt-r")
Rscript "$build/install.R" "$1" "$2"
"$build/needs.sh" "$2" >"$1/needs"
