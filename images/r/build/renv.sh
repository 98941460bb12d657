#!/bin/sh
# renv in a library of its own: the image's packages are planned without it.
set -eu
cd "$(dirname "$0")"
mkdir -p /opt/rcluster/renv
exec Rscript get_renv.R /opt/rcluster/renv
