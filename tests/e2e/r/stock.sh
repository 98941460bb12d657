#!/bin/sh
# stock.sh: a worker of rcluster and one of CRAN's doRedis on one queue, with
# coordinators of both kinds.
set -eu
cd "$(mktemp -d)"
redis-server --port 6391 --requirepass s3cret --save '' --daemonize yes \
  >redis.log
export REDIS_URL=redis://:s3cret@127.0.0.1:6391
for package in rcluster doRedis; do
  cp -r "/source/$package" .
  R CMD INSTALL "$package" >install.log 2>&1 || { cat install.log; exit 1; }
done
package=$(Rscript -e 'cat(system.file(package = "rcluster"))')
"$package/bin/rcluster-supervisor" "$package/lua" jobs 10 \
  Rscript -e 'rcluster:::work()' jobs &
R_LIBS=/opt/stock Rscript -e 'doRedis::redisWorker("jobs", "127.0.0.1", 6391,
  password = "s3cret", linger = 600)' &
STOCK_PID=$! Rscript /tests/stock.R
R_LIBS=/opt/stock Rscript /tests/stock_master.R
