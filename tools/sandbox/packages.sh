# packages.sh - the tools a build and a run need; installed only when missing.
#
# apt is used on Debian and Ubuntu.  Elsewhere missing tools are named and the
# user installs them.  A system PostgreSQL cluster is never created or started.

NO_CLUSTER=/etc/postgresql-common/createcluster.d/htable_fdw_sandbox.conf

# Prints the packages that are missing, one per line.
packages_missing() {
    command -v gcc >/dev/null && command -v make >/dev/null || echo build-essential
    command -v pkg-config >/dev/null || echo pkg-config
    command -v protoc-c >/dev/null || echo protobuf-c-compiler
    command -v perl >/dev/null || echo perl
    command -v prove >/dev/null || echo perl
    command -v javac >/dev/null || echo default-jdk-headless
    command -v mvn >/dev/null || echo maven
    has_header zookeeper/zookeeper.h || echo libzookeeper-mt-dev
    has_header protobuf-c/protobuf-c.h || echo libprotobuf-c-dev
    # PostgreSQL's own pg_locale.h wants it, and not every release brings it along.
    has_header unicode/ucol.h || echo libicu-dev
    perl -MDBD::Pg -e 1 2>/dev/null || echo libdbd-pg-perl
    packages_missing_postgres
}

has_header() {
    command -v gcc >/dev/null &&
        printf '#include <%s>\n' "$1" | gcc -E -x c - >/dev/null 2>&1
}

packages_missing_postgres() {
    [ -z "${PG_CONFIG:-}" ] || return 0
    local major
    major=$(pg_major_wanted)
    if pgsource_needed "$major"; then
        pgsource_packages_missing
    elif ! pg_installed "$major" && [ -z "$(pgsource_config "$major")" ]; then
        echo "postgresql-$major"
        echo "postgresql-server-dev-$major"
    fi
}

# pg_installed MAJOR: from packages, server and headers.
pg_installed() {
    [ -x "/usr/lib/postgresql/$1/bin/postgres" ] &&
        [ -x "/usr/lib/postgresql/$1/bin/pg_config" ] &&
        [ -f "/usr/include/postgresql/$1/server/postgres.h" ]
}

# pg_packaged MAJOR: could apt install it?
pg_packaged() {
    [ -n "$(apt-cache policy "postgresql-server-dev-$1" 2>/dev/null |
            sed -n 's/^ *Candidate: *\([0-9].*\)/\1/p')" ]
}

# The major to use: PG_MAJOR; else the newest installed with headers; else the
# newest that is packaged here.
pg_major_wanted() {
    local major
    if [ -n "${PG_MAJOR:-}" ]; then
        echo "$PG_MAJOR"
        return
    fi
    for major in 18 17 16 15; do
        if pg_installed "$major"; then
            echo "$major"
            return
        fi
    done
    for major in 18 17 16 15; do
        if pg_packaged "$major"; then
            echo "$major"
            return
        fi
    done
    echo 15
}

packages_ensure() {
    local missing
    missing=$(packages_missing | sort -u)
    [ -n "$missing" ] || return 0
    # shellcheck disable=SC2086
    set -- $missing
    command -v apt-get >/dev/null ||
        die "please install what Debian calls: $*"
    need_space /usr 1500
    say "installing: $*"
    apt_run update
    # The lists may have been empty before: choose the major again.
    missing=$(packages_missing | sort -u)
    [ -n "$missing" ] || return 0
    # shellcheck disable=SC2086
    set -- $missing
    (
        trap no_cluster_end EXIT
        no_cluster_begin
        apt_run install -y --no-install-recommends "$@"
    )
    missing=$(packages_missing | sort -u | tr '\n' ' ')
    [ -z "$missing" ] || die "still missing after installation: $missing"
}

# postgresql-NN would make and start a cluster "main"; a drop-in that exists only
# while we install prevents it.
no_cluster_begin() {
    [ ! -e "$NO_CLUSTER" ] || return 0
    as_root mkdir -p "${NO_CLUSTER%/*}"
    printf 'create_main_cluster = false\n' | as_root tee "$NO_CLUSTER" >/dev/null
}

no_cluster_end() {
    as_root rm -f "$NO_CLUSTER"
    as_root rmdir --ignore-fail-on-non-empty "${NO_CLUSTER%/*}" \
        /etc/postgresql-common 2>/dev/null || true
}

apt_run() {
    local log=$LOGS/apt.log
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q "$@" >>"$log" 2>&1 ||
        die "apt-get $1 failed ($(grep -E '^E:' "$log" | tail -n 1)); log: $log"
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "neither root nor sudo: please install $(packages_missing | sort -u | tr '\n' ' ')"
    fi
}
