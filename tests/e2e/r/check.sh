#!/bin/sh
# check.sh PACKAGE...: R CMD check of the source packages, in the order of their
# dependencies.
set -eu
cd "$(mktemp -d)"
redis-server --port 6399 --dir "$PWD" --save '' --daemonize yes >/dev/null
export REDIS_URL=redis://127.0.0.1:6399
for package; do
  name=$(basename "$package")
  cp -r "$package" "$name"
  R CMD build --no-build-vignettes "$name"
  R CMD check --no-manual --ignore-vignettes "$name"_*.tar.gz || {
    cat "$name.Rcheck/00install.out" "$name.Rcheck"/tests/*.fail
    exit 1
  }
  R CMD INSTALL "$name"_*.tar.gz >/dev/null 2>&1
  grep -F '[ FAIL' "$name.Rcheck/tests/testthat.Rout"
done
