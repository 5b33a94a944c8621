#!/usr/bin/env bash
# hbase-run.sh - becomes one HBase: master, region server and ZooKeeper in one JVM.
#
# usage: hbase-run.sh LIBDIR CONFDIR PIDFILE
# It writes its own pid before it turns into Java, so there is no moment in
# which HBase runs and nobody knows its pid.  HTABLE_LOG names a file that gets a
# copy of the log since this start.
set -euo pipefail

lib=$1 conf=$2 pidfile=$3
# What HBase and Hadoop need to reach into on Java 17.
opens=(--add-opens java.base/java.lang=ALL-UNNAMED --add-opens java.base/java.nio=ALL-UNNAMED)

if [ -n "${HTABLE_LOG:-}" ]; then exec > >(exec tee "$HTABLE_LOG") 2>&1; fi
echo $$ >"$pidfile"
exec java "-Xmx${HTABLE_HEAP:-1g}" "${opens[@]}" -cp "$conf:$lib/*" \
    org.apache.hadoop.hbase.master.HMaster start
