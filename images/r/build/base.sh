#!/bin/sh
# R, unless the base image brings one, and the user that runs it.
set -eu
cd "$(dirname "$0")"

set -- ca-certificates tini
command -v R >/dev/null || set -- "$@" r-base-core libopenblas0-pthread
./apt.sh "$@"

# Some base images have a user 1000 already.
group=$(getent group 1000 | cut -d: -f1)
user=$(getent passwd 1000 | cut -d: -f1)
if [ -z "$group" ]; then groupadd -g 1000 r
elif [ "$group" != r ]; then groupmod -n r "$group"; fi
if [ -z "$user" ]; then useradd -u 1000 -g 1000 -d /home/r -s /bin/bash r
else usermod -l r -g 1000 -d /home/r "$user"; fi

# Containers may run as the owner of the data, whoever that is.
mkdir -p /home/r /data
chown 1000:1000 /home/r /data
chmod 1777 /home/r

site=/usr/local/lib/R/site-library
mkdir -p "$site"
Rscript -e "q(status = !'$site' %in% normalizePath(.libPaths()))" ||
  echo "R_LIBS_SITE=$site:\${R_LIBS_SITE}" >> "$(R RHOME)/etc/Renviron.site"
