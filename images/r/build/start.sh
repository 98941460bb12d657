#!/bin/sh
# Makes R start as part of the cluster, its own packages ahead of all others.
set -eu
library=/usr/local/lib/rcluster/library
etc=$(R RHOME)/etc
echo "R_LIBS_SITE=$library:\${R_LIBS_SITE}" >>"$etc/Renviron.site"
cat /usr/local/lib/rcluster/Rprofile.site >>"$etc/Rprofile.site"
Rscript -e 'library(rcluster)'
# A volume that is mounted here first becomes writable for whoever runs jobs.
mkdir -m 1777 /jobs
