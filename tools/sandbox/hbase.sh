# hbase.sh - the private HBase: start, wait, stop.

HBASE_READY='Master has completed initialization'
HBASE_START_LIMIT=${HTABLE_START_LIMIT:-180}    # seconds
HBASE_STOP_LIMIT=30                             # seconds, then SIGKILL

HBASE_HOME_DIR=$SANDBOX/hbase
HBASE_CONF_DIR=$HBASE_HOME_DIR/conf
HBASE_PID_FILE=$HBASE_HOME_DIR/pid
HBASE_LOG=$LOGS/hbase.log

hbase_pid() { cat "$HBASE_PID_FILE" 2>/dev/null || true; }

# Alive, and it is ours: its class path begins with our configuration.
hbase_alive() { process_is "$(hbase_pid)" "$HBASE_CONF_DIR"; }

hbase_ready() { grep -q "$HBASE_READY" "$HBASE_LOG" 2>/dev/null; }

hbase_running() { hbase_alive && hbase_ready; }

# A region server is known by its port.  Regions of one that has gone for good stay
# closed, and hbase:namespace is one of them: data are tied to the port they were made
# with.  Each sandbox begins at another, so that they seldom meet.
choose_rs_port() {
    local old hash
    old=$(state_get rs_port)
    if [ -n "$old" ] && [ -d "$HBASE_HOME_DIR/data" ]; then
        [ "${HTABLE_RS_PORT:-$old}" = "$old" ] ||
            die "HBase's data in $SANDBOX are tied to port $old of its region server, not $HTABLE_RS_PORT"
        port_can_be_taken "$old" ||
            die "port $old is in use, and HBase's data in $SANDBOX are tied to it: stop what uses it, or begin anew with ./sandbox clean"
        return
    fi
    hash=$(printf '%s' "$SANDBOX" | cksum | cut -d ' ' -f 1)
    choose_port rs_port "${HTABLE_RS_PORT:-}" $((16120 + hash % 800))
}

# Starts and does not wait, so that PostgreSQL can start meanwhile.
hbase_start_begin() {
    if hbase_alive; then return; fi
    choose_port zk_port "${HTABLE_ZK_PORT:-}" 21810
    choose_port master_port "${HTABLE_MASTER_PORT:-}" 16100
    choose_rs_port
    # Short leases, so that the tests see some run out; HTABLE_HOST is its name.
    HTABLE_LEASE=${HTABLE_LEASE:-8000} hbase_conf_write "$HBASE_CONF_DIR" "$HBASE_HOME_DIR/data" \
        "$(state_get zk_port)" "$(state_get master_port)" "$(state_get rs_port)" \
        "${HTABLE_HOST:-127.0.0.1}"
    if [ -f "$HBASE_LOG" ]; then mv "$HBASE_LOG" "$HBASE_LOG.old"; fi
    setsid bash "$ROOT/tools/sandbox/hbase-run.sh" \
        "$(state_get jars)" "$HBASE_CONF_DIR" "$HBASE_PID_FILE" \
        >"$HBASE_LOG" 2>&1 </dev/null 9>&- &
    HBASE_STARTED=$SECONDS
}

hbase_start_wait() {
    local begin=${HBASE_STARTED:-$SECONDS} shown=0 waited
    until hbase_ready; do
        sleep 0.3
        waited=$((SECONDS - begin))
        if [ "$waited" -ge 3 ] && ! hbase_alive && ! hbase_ready; then
            die "HBase ended while starting ($(hbase_reason)); log: $HBASE_LOG"
        fi
        [ "$waited" -lt "$HBASE_START_LIMIT" ] ||
            die "HBase is not ready after ${HBASE_START_LIMIT}s; log: $HBASE_LOG"
        if [ "$waited" -ge $((shown + 5)) ]; then
            shown=$waited
            say "  HBase is starting, ${waited}s"
        fi
    done
    say "HBase is up ($((SECONDS - begin))s)"
}

hbase_reason() {
    grep -E ' (ERROR|FATAL) |Exception|Error' "$HBASE_LOG" 2>/dev/null |
        tail -n 1 | cut -c 1-160
}

hbase_stop() {
    local pid waited=0
    pid=$(hbase_pid)
    process_is "$pid" "$HBASE_CONF_DIR" || { rm -f "$HBASE_PID_FILE"; return 0; }
    kill -TERM "$pid" 2>/dev/null || true
    while process_is "$pid" "$HBASE_CONF_DIR"; do
        sleep 0.2
        waited=$((waited + 1))
        if [ "$waited" -ge $((HBASE_STOP_LIMIT * 5)) ]; then
            kill -KILL "$pid" 2>/dev/null || true
        fi
        [ "$waited" -lt $((HBASE_STOP_LIMIT * 5 + 50)) ] || die "HBase (pid $pid) does not end"
    done
    rm -f "$HBASE_PID_FILE"
}

# NAME=value lines for `sandbox env`.
hbase_env() {
    echo "HTABLE_QUORUM=127.0.0.1:$(state_get zk_port)"
    echo "HTABLE_RS_ADDRESS=127.0.0.1:$(state_get rs_port)"
    echo "HTABLE_MASTER_ADDRESS=127.0.0.1:$(state_get master_port)"
    echo "HBASE_CONF=$HBASE_CONF_DIR"
    echo "HBASE_JARS=$(state_get jars)"
    echo "HBASE_PID=$(hbase_pid)"
}
