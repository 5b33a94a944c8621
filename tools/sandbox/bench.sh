# bench.sh - `sandbox bench`: the servers that the benchmark measures.
#
# They are a sandbox of their own, .sandbox-bench/: HBase with Phoenix on its class
# path, a heap whose block cache holds every table, and HBase's own lease; and it
# publishes itself by a name, which the proxy's clients resolve to another address.

BENCH_HEAP=4g

# Called before the parts of the sandbox are read: they take the directory from here.
bench_settings() {
    local argument suffix=-bench
    HTABLE_PHOENIX=1
    for argument in "$@"; do
        # Elsewhere: tables that Phoenix has seen cannot be opened without it.
        if [ "$argument" = --no-phoenix ]; then HTABLE_PHOENIX='' suffix=-bench-plain; fi
    done
    HTABLE_SANDBOX=${HTABLE_SANDBOX%-bench*}$suffix
    export HTABLE_SANDBOX HTABLE_PHOENIX
    export HTABLE_HOST=localhost HTABLE_HEAP=${HTABLE_HEAP:-$BENCH_HEAP}
    export HTABLE_LEASE=${HTABLE_LEASE:-60000}
}

bench_main() {
    local wanted
    case $(hbase_version) in
        2.6.*) ;;
        *) [ -z "$HTABLE_PHOENIX" ] ||
            die "Phoenix is fetched for HBase 2.6 only: add --no-phoenix" ;;
    esac
    wanted="$(jars_dir) $HTABLE_HEAP"
    if hbase_alive && [ "$(state_get bench_hbase)" != "$wanted" ]; then
        with_lock hbase_stop
    fi
    bring_up rebuild
    state_set bench_hbase "$wanted"
    bench_proxy_build
    eval "$(show_env)"
    export HTABLE_PHOENIX HTABLE_HEAP
    say "the servers stay up; ./sandbox down --all stops them"
    exec "$ROOT/bench/run" "$@"
}

bench_proxy_build() {
    local source=$ROOT/bench/proxy.c program=$SANDBOX/proxy
    if [ "$program" -nt "$source" ]; then return; fi
    cc -std=gnu11 -Wall -Wextra -O2 -o "$program" "$source" >"$LOGS/proxy.log" 2>&1 ||
        die "the proxy does not compile; log: $LOGS/proxy.log"
}
