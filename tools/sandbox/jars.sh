#!/usr/bin/env bash
# jars.sh - the jars of HBase, from Maven Central, once.
#
# Sourced by the sandbox; run as a program (jars.sh DIRECTORY) it fills that
# directory, which is how the container image gets the same jars.
# A set is complete or absent: it is collected aside and renamed into place.

JARS_POM=${ROOT:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)}/docker/hbase/pom.xml
JARS_NEED_MB=1500

hbase_version() { echo "${HTABLE_HBASE_VERSION:-2.6.4-hadoop3}"; }

# hbase-endpoint of 2.6.4 is not published everywhere; its neighbour fits.
endpoint_version() {
    case $(hbase_version) in
        2.6.4-hadoop3) echo 2.6.1-hadoop3 ;;
        *) hbase_version ;;
    esac
}

# Maven profiles: the codecs of 2.5 are not published for Hadoop 3.
jars_profiles() {
    case $(hbase_version) in
        2.5.*) ;;
        *) echo -Pcodecs ;;
    esac
    if [ -n "${HTABLE_PHOENIX:-}" ]; then echo -Pphoenix; fi
}

jars_dir() {
    printf '%s/jars-%s%s-%s\n' "$CACHE" "$(hbase_version)" \
        "${HTABLE_PHOENIX:+-phoenix}" "$(cksum <"$JARS_POM" | cut -d' ' -f1)"
}

jars_ensure() {
    local dir
    dir=$(jars_dir)
    if [ ! -d "$dir" ]; then
        need_space "$CACHE" "$JARS_NEED_MB"
        mkdir -p "$CACHE" || die "cannot write in $CACHE"
        jars_fetch "$dir" "$LOGS/maven.log"
    fi
    state_set jars "$dir"
    state_set hbase_version "$(hbase_version)"
}

# jars_fetch DIRECTORY LOG
jars_fetch() {
    local dir=$1 log=$2 new maven
    new=$(mktemp -d "$dir.XXXXXX")
    say "fetching the jars of HBase $(hbase_version) (about 170 MB) into $dir"
    # shellcheck disable=SC2046
    mvn -B -f "$JARS_POM" $(jars_profiles) \
        "-Dhbase.version=$(hbase_version)" \
        "-Dhbase.endpoint.version=$(endpoint_version)" \
        dependency:copy-dependencies -DincludeScope=runtime \
        "-DoutputDirectory=$new" >"$log" 2>&1 9>&- &
    maven=$!
    # shellcheck disable=SC2064
    trap "kill $maven 2>/dev/null; rm -rf '$new'; exit 130" INT TERM
    jars_progress "$maven" "$log"
    if ! wait "$maven"; then
        rm -rf "$new"
        trap - INT TERM
        die "Maven could not fetch the jars; is the network there? ($(jars_reason "$log")) log: $log"
    fi
    trap - INT TERM
    # Two generations of the same classes; HDFS dies when this one comes first.
    rm -f "$new"/hadoop-shaded-protobuf_3_7*.jar
    chmod 755 "$new"
    mv -T "$new" "$dir" 2>/dev/null || rm -rf "$new"    # another call was first
}

# One line every few seconds while Maven works.
jars_progress() {
    local pid=$1 log=$2 shown=0 begin=$SECONDS
    while kill -0 "$pid" 2>/dev/null; do
        sleep 0.5
        if [ $((SECONDS - begin)) -ge $((shown + 5)) ]; then
            shown=$((SECONDS - begin))
            say "  ${shown}s, $(jars_megabytes "$log") MB so far"
        fi
    done
}

# Sums Maven's "Downloaded from …: … (1.2 MB at 3.4 MB/s)" lines.
jars_megabytes() {
    sed -n 's/.*Downloaded from .*(\([0-9.]*\) \([kM]*B\) at .*/\1 \2/p' "$1" |
        awk '{ mb += $2 == "MB" ? $1 : $2 == "kB" ? $1 / 1000 : 0 }
             END { printf "%.0f", mb }'
}

jars_reason() {
    sed -n 's/^.*\[ERROR\] \(.*\)$/\1/p' "$1" | head -n 1 | cut -c 1-160
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
    set -euo pipefail
    say() { printf '%s\n' "$*" >&2; }
    die() { say "jars: $*"; exit 1; }
    jars_fetch "${1:?usage: jars.sh DIRECTORY}" "${2:-/tmp/maven.log}"
fi
