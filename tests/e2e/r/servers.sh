#!/bin/sh
# servers.sh SERVER [cluster]: rcluster on a redis-server or valkey-server, alone
# or as a Redis Cluster, that takes TLS only and gives its user no more rights
# than the queue needs.
set -eu
cd "$(mktemp -d)"
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem \
  -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null
cat >server.conf <<CONF
port 0
tls-port 6390
tls-cert-file cert.pem
tls-key-file key.pem
tls-ca-cert-file cert.pem
tls-auth-clients no
user default off
user admin on >admin ~* +cluster
user app on >s3cret%/@ ~{jobs}:* ~jobs ~jobs.* &* +@all -@dangerous +client|id +client|list +info
daemonize yes
dir $PWD
CONF
if [ "${2:-}" = cluster ]; then
  printf 'cluster-enabled yes\ntls-cluster yes\n' >>server.conf
fi
"$1" server.conf
if [ "${2:-}" = cluster ]; then
  until redis-cli --tls --cacert cert.pem -p 6390 --user admin --pass admin \
    --no-auth-warning cluster addslotsrange 0 16383 | grep OK; do sleep 0.2; done
fi
export REDIS_CA_FILE="$PWD/cert.pem"
export REDIS_URL='rediss://app:s3cret%25%2F%40@localhost:6390/0'
cp -r /source/rcluster .
R CMD INSTALL rcluster >install.log 2>&1 || { cat install.log; exit 1; }
package=$(Rscript -e 'cat(system.file(package = "rcluster"))')
for _ in 1 2; do
  "$package/bin/rcluster-supervisor" "$package/lua" jobs 10 \
    Rscript -e 'rcluster:::work()' jobs &
done
Rscript /tests/servers.R
REDIS_URL='rediss://app:wrong@localhost:6390/0' \
  Rscript -e 'rcluster::registerRCluster("jobs")' 2>&1 | grep 'WRONGPASS'
