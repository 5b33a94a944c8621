# postgres.sh - the private PostgreSQL server: data directory, start, stop.
#
# Settings favour speed (no fsync): nothing here is meant to survive a power cut.

SUN_PATH_MAX=107                # bytes of a Unix socket's path on Linux

postgres_data() { echo "$(pg_home)/pg"; }
postgres_log()  { echo "$(pg_home)/pglog/postgres.log"; }

postgres_pid() {
    local file
    file=$(state_get pg_home)/pg/postmaster.pid
    if [ -r "$file" ]; then head -n 1 "$file"; fi
}

# The data directory is private to its owner; ask as that user when need be.
postgres_running() {
    local home pid
    home=$(state_get pg_home)
    [ -n "$home" ] || return 1
    pid=$(postgres_pid)
    process_is "$pid" "$home/pg" && [ -n "$(state_get pg_port)" ] &&
        ! port_is_free "$(state_get pg_port)"
}

# A directory whose socket path fits; a short one under /tmp when ours is deep.
postgres_socket_dir() {
    local dir
    dir=$(state_get pg_socket_dir)
    if [ -z "$dir" ] || [ ! -d "$dir" ]; then
        dir=$(pg_home)/sock
        if [ "${#dir}" -gt $((SUN_PATH_MAX - 20)) ]; then
            dir=$(mktemp -d /tmp/htable_fdw.XXXXXX)
        fi
        mkdir -p "$dir"
        if [ "$(id -u)" = 0 ]; then chown "$(pg_os_user)" "$dir"; fi
        chmod 755 "$dir"
        state_set pg_socket_dir "$dir"
    fi
    echo "$dir"
}

postgres_init() {
    local data new
    data=$(postgres_data)
    [ ! -d "$data" ] || return 0
    new=$data.new
    rm -rf "$new"
    mkdir -p "$new" "$(dirname "$(postgres_log)")"
    if [ "$(id -u)" = 0 ]; then chown "$(pg_os_user)" "$new" "$(dirname "$(postgres_log)")"; fi
    (cd / && as_pg "$(pgroot_bindir)/initdb" -D "$new" -U postgres --auth=trust \
        --locale=C.UTF-8 --encoding=UTF8 --no-sync) >"$LOGS/initdb.log" 2>&1 9>&- ||
        die "initdb failed ($(tail -n 1 "$LOGS/initdb.log")); log: $LOGS/initdb.log"
    echo "include 'sandbox.conf'" >>"$new/postgresql.conf"
    mv "$new" "$data"
}

postgres_configure() {
    local conf
    conf=$(postgres_data)/sandbox.conf
    cat >"$conf" <<CONF
# Written at every start.
listen_addresses = '127.0.0.1'
port = $(state_get pg_port)
unix_socket_directories = '$(postgres_socket_dir)'
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 150
max_prepared_transactions = 10
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%a '
CONF
    chmod 644 "$conf"
}

postgres_start() {
    local begin=$SECONDS
    if postgres_running; then return; fi
    postgres_init
    choose_port pg_port "${HTABLE_PG_PORT:-}" 54330
    postgres_configure
    (cd / && as_pg "$(pgroot_bindir)/pg_ctl" -D "$(postgres_data)" -l "$(postgres_log)" \
        -w -t 60 start) >"$LOGS/pg_ctl.log" 2>&1 9>&- ||
        die "PostgreSQL did not start ($(tail -n 1 "$(postgres_log)")); log: $(postgres_log)"
    say "PostgreSQL is up ($((SECONDS - begin))s)"
}

postgres_stop() {
    local pid home
    home=$(state_get pg_home)
    pid=$(postgres_pid)
    process_is "$pid" "$home/pg" || return 0
    (cd / && as_pg "$(pgroot_bindir)/pg_ctl" -D "$home/pg" -m fast -w -t 30 stop ||
        as_pg "$(pgroot_bindir)/pg_ctl" -D "$home/pg" -m immediate -w -t 30 stop) \
        >"$LOGS/pg_ctl.log" 2>&1 ||
        die "PostgreSQL (pid $pid) did not stop; log: $(postgres_log)"
}

# NAME=value lines for `sandbox env`.
postgres_env() {
    echo "PGHOST=127.0.0.1"
    echo "PGPORT=$(state_get pg_port)"
    echo "PGUSER=postgres"
    echo "PGDATABASE=postgres"
    echo "PG_CONFIG=$(pgroot_config)"
    echo "PGSOCKETDIR=$(state_get pg_socket_dir)"
    echo "PG_OS_USER=$(pg_os_user)"
    echo "PGDATA=$(state_get pg_home)/pg"
    echo "PATH=$(pgroot_bindir):$PATH"
}
