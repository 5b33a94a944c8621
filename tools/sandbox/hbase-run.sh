#!/usr/bin/env bash
# hbase-run.sh - becomes one JVM of HBase, by default a whole HBase: master,
# region server and ZooKeeper in one.
#
# usage: hbase-run.sh LIBDIR CONFDIR PIDFILE [CLASS ARG...]
# It writes its own pid before it turns into Java, so there is no moment in
# which HBase runs and nobody knows its pid.  HTABLE_LOG names a file that gets a
# copy of the log since this start; HTABLE_JVM has more options of the JVM.
set -euo pipefail

lib=$1 conf=$2 pidfile=$3
shift 3
[ $# -gt 0 ] || set -- org.apache.hadoop.hbase.master.HMaster start
# What HBase and Hadoop need to reach into on Java 17.
opens=(--add-opens java.base/java.lang=ALL-UNNAMED --add-opens java.base/java.nio=ALL-UNNAMED)
# ZooKeeper's own web server would take port 8080.
admin=-Dzookeeper.admin.enableServer=false

if [ -n "${HTABLE_LOG:-}" ]; then exec > >(exec tee "$HTABLE_LOG") 2>&1; fi
echo $$ >"$pidfile"
# shellcheck disable=SC2086
exec java "-Xmx${HTABLE_HEAP:-1g}" ${HTABLE_JVM:-} "${opens[@]}" "$admin" -cp "$conf:$lib/*" "$@"
