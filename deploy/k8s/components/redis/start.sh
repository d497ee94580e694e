#!/bin/sh
# start.sh redis|sentinel: writes the configuration, which both rewrite themselves, and becomes the server. The master is whom a
# sentinel names; where none answers, as at the very first start, the first Pod.
set -eu
what=$1
self=$(hostname).redis
secrets=/run/secrets/redis
ask() { timeout 3 redis-cli --tls --cacert /run/secrets/tls/ca.crt -h "$1" -p 26379 sentinel get-master-addr-by-name tamarack 2>/dev/null | head -n 1; }
find_master() {
  master=
  for pod in redis-0 redis-1 redis-2; do
    [ -n "$master" ] || master=$(ask "$pod.redis" || true)
  done
  master=${master:-redis-0.redis}
}
find_master
# A master that comes back has lost everything: time for the sentinels to choose one that has not.
if [ "$what" = redis ] && [ "$master" = "$self" ]; then
  sleep 5
  find_master
fi

umask 077
cp "/etc/redis/$what.conf" "/data/$what.conf"
if [ "$what" = redis ]; then
  {
    echo "replica-announce-ip $self"
    echo "masterauth $(cat $secrets/replication-password)"
    if [ "$master" != "$self" ]; then echo "replicaof $master 6380"; fi
  } >>/data/redis.conf
  exec redis-server /data/redis.conf
fi
{
  echo "sentinel announce-ip $self"
  echo "sentinel monitor tamarack $master 6380 2"
  echo "sentinel down-after-milliseconds tamarack 2000"
  echo "sentinel failover-timeout tamarack 2000"
  echo "sentinel auth-user tamarack sentinel"
  echo "sentinel auth-pass tamarack $(cat $secrets/sentinel-password)"
} >>/data/sentinel.conf
exec redis-server /data/sentinel.conf --sentinel
