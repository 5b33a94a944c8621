#!/usr/bin/env bash
# hbase-conf.sh - fills in the configuration of HBase.
#
# Sourced by the sandbox; run as a program (hbase-conf.sh CONFDIR DATADIR, ports
# from HTABLE_*_PORT) by the container image.  HTABLE_LEASE is how long an idle
# scanner lives, in ms; HBase's own default is a minute.

HBASE_CONF_FROM=${ROOT:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)}/docker/hbase/conf

# hbase_conf_write CONFDIR DATADIR ZK_PORT MASTER_PORT RS_PORT [HOST] [BIND]
hbase_conf_write() {
    local conf=$1 data=$2 zk=$3 master=$4 rs=$5 host=${6:-127.0.0.1} bind=${7:-127.0.0.1}
    mkdir -p "$conf" "$data"
    sed -e "s|@DATA@|$data|g" -e "s|@ZK_PORT@|$zk|g" -e "s|@MASTER_PORT@|$master|g" \
        -e "s|@RS_PORT@|$rs|g" -e "s|@HOST@|$host|g" -e "s|@BIND@|$bind|g" \
        -e "s|@LEASE@|${HTABLE_LEASE:-60000}|g" \
        "$HBASE_CONF_FROM/hbase-site.xml.in" >"$conf/hbase-site.xml"
    cp "$HBASE_CONF_FROM/log4j.properties" "$conf/"
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
    set -euo pipefail
    : "${2:?usage: hbase-conf.sh CONFDIR DATADIR}"
    hbase_conf_write "$1" "$2" "${HTABLE_ZK_PORT:-2181}" \
        "${HTABLE_MASTER_PORT:-16000}" "${HTABLE_RS_PORT:-16020}" \
        "${HTABLE_HOST:-127.0.0.1}" "${HTABLE_BIND:-127.0.0.1}"
fi
