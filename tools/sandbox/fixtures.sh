#!/usr/bin/env bash
# fixtures.sh - loads every sql/fixtures/*.cells into the sandbox's HBase, in one
# JVM.  A fixture creates its own tables, so loading again begins anew.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
shopt -s nullglob
files=("$ROOT"/sql/fixtures/*.cells)
[ ${#files[@]} -gt 0 ] || exit 0

eval "$("$ROOT/sandbox" env)"
# shellcheck disable=SC2086
exec java -Xmx512m $JAVA_OPTS -cp "$HBASE_CLASSPATH" HTool run "${files[@]}"
