#!/bin/sh
# needs.sh LIBRARY: the Debian packages that hold the shared libraries which
# compiled R packages link to.
set -eu
find "$1" -name '*.so' -exec ldd {} + 2>/dev/null |
  sed -n 's/.* => \(\/[^ ]*\) .*/\1/p' | sort -u |
  while read -r file; do
    { dpkg-query -S "$(readlink -f "$file")" ||
      dpkg-query -S "$file"; } 2>/dev/null || true
  done | sed 's/:.*//' | sort -u
