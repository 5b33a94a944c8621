# versions.sh - which PostgreSQL and which HBase: --pg MAJOR and --hbase VERSION.
#
# A sandbox asked for by version has a directory of its own, named after both, so
# that the sandboxes of several versions live side by side.  HTABLE_SANDBOX names
# the directory for the sandbox calls of programs that `sandbox` starts.

# Takes the options out of the arguments; the others stay in ARGUMENTS.
versions_parse() {
    local pg='' hbase=''
    ARGUMENTS=()
    while [ $# -gt 0 ]; do
        case $1 in
            --pg=*)    pg=${1#*=} ;;
            --hbase=*) hbase=${1#*=} ;;
            --pg|--hbase)
                [ -n "${2:-}" ] || die "$1 wants a version"
                if [ "$1" = --pg ]; then pg=$2; else hbase=$2; fi
                shift ;;
            --) ARGUMENTS+=("$@"); break ;;
            *)  ARGUMENTS+=("$1") ;;
        esac
        shift
    done
    if [ -n "$pg" ]; then versions_pg "$pg"; fi
    if [ -n "$hbase" ]; then versions_hbase "$hbase"; fi
    if [ -n "$pg$hbase" ]; then
        pg=${PG_CONFIG:+$(pg_config_major "$PG_CONFIG")}
        HTABLE_SANDBOX=$ROOT/.sandbox-pg${pg:-$(pg_major_wanted)}-hbase$(versions_hbase_short)
    fi
    export HTABLE_SANDBOX=${HTABLE_SANDBOX:-$ROOT/.sandbox}
}

versions_pg() {
    case $1 in
        *[!0-9]*) die "--pg wants a major version: 15, 16, 17 or 18" ;;
    esac
    export PG_MAJOR=$1
    # One named in the environment is meant only when it is of this major.
    if [ -n "${PG_CONFIG:-}" ] && [ "$(pg_config_major "$PG_CONFIG")" != "$1" ]; then
        unset PG_CONFIG
    fi
}

pg_config_major() { "$1" --version 2>/dev/null | sed 's/^PostgreSQL \([0-9]*\).*/\1/'; }

# HBase 2 is published for two generations of Hadoop; only one runs on Java 17.
versions_hbase() {
    case $1 in
        2.*-*|[!2]*) export HTABLE_HBASE_VERSION=$1 ;;
        2.*)         export HTABLE_HBASE_VERSION=$1-hadoop3 ;;
        *)           die "--hbase wants a version, such as 2.5.12" ;;
    esac
}

versions_hbase_short() {
    local version
    version=$(hbase_version)
    echo "${version%-hadoop3}"
}

# for_all COMMAND: a sandbox call for each directory that there is.
for_all() {
    local dir
    for dir in "$ROOT"/.sandbox "$ROOT"/.sandbox-*; do
        [ -d "$dir" ] || continue
        echo "${dir##*/}:"
        HTABLE_SANDBOX=$dir "$ROOT/sandbox" "$1"
    done
}
