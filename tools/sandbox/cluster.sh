# cluster.sh - `sandbox cluster`: a real HBase cluster on this machine, for what
# one JVM cannot show: servers that die, masters that take over, logs in HDFS.
#
# Parts are JVMs of their own, started in the order of CLUSTER_PARTS and known by
# their saved pids.  It stands beside the standalone HBase and uses the same
# PostgreSQL.

CLUSTER_PARTS=(namenode datanode zookeeper master1 master2 rs1 rs2)
CLUSTER_START_LIMIT=${HTABLE_START_LIMIT:-180}      # seconds, for each part
CLUSTER_STOP_LIMIT=15                               # seconds, then SIGKILL

cluster_usage() {
    cat <<'HELP'
usage: ./sandbox cluster COMMAND

  up            set up, build, start PostgreSQL and the cluster
  down          stop the cluster; its data stays until ./sandbox clean
  status        what runs where
  env           shell assignments, as of ./sandbox env, but for the cluster
  logs          the ends of the cluster's logs
  kill PART     kill -9 one part
  start PART    start one part again, and wait until it serves

parts: namenode datanode zookeeper master1 master2 rs1 rs2
HELP
}

# ---- one part ----

cluster_log() { echo "$LOGS/cluster-$1.log"; }

cluster_pid() { cat "$CLUSTER_HOME/$1/pid" 2>/dev/null || true; }

# Alive, and it is ours: its class path begins with its own configuration.
cluster_alive() { process_is "$(cluster_pid "$1")" "$CLUSTER_HOME/$1/conf"; }

cluster_heap() {
    case $1 in
        rs*) echo "${HTABLE_HEAP:-1g}" ;;
        master*) echo 512m ;;
        *) echo 256m ;;
    esac
}

# Seven JVMs share this machine: those that do little compile and collect simply,
# which makes them start sooner, too.
cluster_jvm() {
    case $1 in
        rs*) echo -XX:+UseSerialGC ;;
        *) echo -XX:+UseSerialGC -XX:TieredStopAtLevel=1 ;;
    esac
}

# The class to run and its arguments, a word a line.
cluster_class() {
    case $1 in
        namenode) echo org.apache.hadoop.hdfs.server.namenode.NameNode ;;
        datanode) echo org.apache.hadoop.hdfs.server.datanode.DataNode ;;
        zookeeper) printf '%s\n' org.apache.hadoop.hbase.zookeeper.HQuorumPeer start ;;
        master*) printf '%s\n' org.apache.hadoop.hbase.master.HMaster start ;;
        rs*) printf '%s\n' org.apache.hadoop.hbase.regionserver.HRegionServer start ;;
        *) die "the cluster has no part called $1" ;;
    esac
}

# What a part says when those that need it can be started.  A master may become
# active or stand by; ZooKeeper says nothing, and is asked.
cluster_ready_word() {
    case $1 in
        namenode) echo 'IPC Server Responder: starting' ;;
        datanode) echo 'Successfully sent block report' ;;
        master*) echo 'Master has completed initialization|Another master is the active master' ;;
        rs*) echo 'Serving as 127.0.0.1,' ;;
    esac
}

cluster_ready() {
    if [ "$1" = zookeeper ]; then
        ! port_is_free "$(cluster_port zookeeper)"
    else
        grep -qE "$(cluster_ready_word "$1")" "$(cluster_log "$1")" 2>/dev/null
    fi
}

# Starts and does not wait.
cluster_part_begin() {
    local part=$1 log class
    if cluster_alive "$part"; then return; fi
    log=$(cluster_log "$part")
    mapfile -t class < <(cluster_class "$part")
    if [ -f "$log" ]; then mv "$log" "$log.old"; fi
    HTABLE_HEAP=$(cluster_heap "$part") HTABLE_JVM=$(cluster_jvm "$part") setsid bash "$ROOT/tools/sandbox/hbase-run.sh" \
        "$(state_get jars)" "$CLUSTER_HOME/$part/conf" "$CLUSTER_HOME/$part/pid" "${class[@]}" \
        >"$log" 2>&1 </dev/null 9>&- &
}

cluster_part_wait() {
    local part=$1 begin=$SECONDS
    until cluster_ready "$part"; do
        sleep 0.2
        if [ $((SECONDS - begin)) -ge 3 ] && ! cluster_alive "$part" && ! cluster_ready "$part"; then
            die "$part ended while starting ($(cluster_reason "$part")); log: $(cluster_log "$part")"
        fi
        [ $((SECONDS - begin)) -lt "$CLUSTER_START_LIMIT" ] ||
            die "$part is not ready after ${CLUSTER_START_LIMIT}s; log: $(cluster_log "$part")"
    done
}

cluster_reason() {
    grep -E ' (ERROR|FATAL) |Exception|Error' "$(cluster_log "$1")" 2>/dev/null |
        tail -n 1 | cut -c 1-160
}

# cluster_signal SIGNAL PART...: signals those that run.
cluster_signal() {
    local signal=$1 part
    shift
    for part in "$@"; do
        if cluster_alive "$part"; then kill -"$signal" "$(cluster_pid "$part")" 2>/dev/null || true; fi
    done
}

# Waits so many seconds for the end of the parts; false when one still runs.
cluster_wait_gone() {
    local limit=$1 part waited=0
    shift
    for part in "$@"; do
        while cluster_alive "$part"; do
            [ "$waited" -lt $((limit * 10)) ] || return 1
            sleep 0.1
            waited=$((waited + 1))
        done
        rm -f "$CLUSTER_HOME/$part/pid"
    done
}

cluster_parts_stop() {
    cluster_signal TERM "$@"
    if cluster_wait_gone "$CLUSTER_STOP_LIMIT" "$@"; then return; fi
    cluster_signal KILL "$@"
    cluster_wait_gone 10 "$@" || die "not all of these end: $*"
}

# ---- the cluster ----

cluster_running() {
    local part
    for part in "${CLUSTER_PARTS[@]}"; do
        cluster_alive "$part" && cluster_ready "$part" || return 1
    done
}

cluster_any_alive() {
    local part
    for part in "${CLUSTER_PARTS[@]}"; do
        if cluster_alive "$part"; then return 0; fi
    done
    return 1
}

# HBase has a master, which knows of both region servers.
cluster_initialized() {
    grep -qE 'Master has completed initialization' "$(cluster_log master1)" "$(cluster_log master2)" 2>/dev/null
}

cluster_up() {
    if [ "$(state_get built)" = yes ] && postgres_running && cluster_running; then
        say "already up ($(cluster_summary))"
        return
    fi
    with_lock cluster_up_locked
}

cluster_up_locked() {
    packages_ensure
    pgsource_ensure
    jars_ensure
    pgroot_ensure
    postgres_start
    cluster_start_begin
    # The cluster takes a while to start: build meanwhile.
    java_build
    extension_build
    cluster_start_wait
    say "cluster is up ($(cluster_summary))"
}

cluster_start_begin() {
    need_space "$SANDBOX" 2000
    CLUSTER_STARTED=$SECONDS
    if ! cluster_any_alive; then
        cluster_ports_choose
        cluster_conf_write_all
    fi
    cluster_format
    cluster_part_begin zookeeper
    cluster_part_begin namenode
}

cluster_start_wait() {
    local begin=${CLUSTER_STARTED:-$SECONDS} part waited
    cluster_part_wait namenode
    cluster_part_begin datanode
    # A master that comes before the files looks for them only every 10 s.
    cluster_part_wait datanode
    cluster_part_wait zookeeper
    for part in master1 master2 rs1 rs2; do cluster_part_begin "$part"; done
    for part in master1 master2 rs1 rs2; do cluster_part_wait "$part"; done
    waited=$SECONDS
    until cluster_initialized; do
        [ $((SECONDS - waited)) -lt "$CLUSTER_START_LIMIT" ] ||
            die "no master is initialized after ${CLUSTER_START_LIMIT}s; logs: $LOGS/cluster-master*.log"
        sleep 0.2
    done
    say "HDFS, ZooKeeper, 2 masters, 2 region servers are up ($((SECONDS - begin))s)"
}

# Makes the file system, once; aside and renamed, so that it is whole or absent.
cluster_format() {
    local data=$CLUSTER_HOME/data
    [ ! -d "$data/namenode/current" ] || return 0
    rm -rf "$data"
    mkdir -p "$data"
    # shellcheck disable=SC2086
    java -Xmx256m $JAVA_OPENS -cp "$CLUSTER_HOME/namenode/conf:$(state_get jars)/*" \
        org.apache.hadoop.hdfs.server.namenode.NameNode -format -force -nonInteractive \
        >"$LOGS/cluster-format.log" 2>&1 9>&- || {
        rm -rf "$data"
        die "HDFS could not be formatted; log: $LOGS/cluster-format.log"
    }
}

# Region servers first: they flush and close their regions, which wants the rest.
cluster_down() {
    [ -d "$CLUSTER_HOME" ] || { say "nothing to stop"; return; }
    with_lock cluster_down_locked
}

cluster_down_locked() {
    [ -d "$CLUSTER_HOME" ] && cluster_any_alive || return 0
    cluster_parts_stop rs1 rs2 master1 master2
    cluster_parts_stop zookeeper datanode namenode
    say "cluster is down"
}

cluster_summary() {
    echo "HBase $(state_get hbase_version), ZooKeeper on port $(cluster_port zookeeper)," \
         "PostgreSQL $(state_get pg_version) on port $(state_get pg_port)"
}

cluster_status() {
    local part
    for part in "${CLUSTER_PARTS[@]}"; do
        if cluster_alive "$part"; then
            echo "$part: running, pid $(cluster_pid "$part"), 127.0.0.1:$(cluster_port "$part")"
        else
            echo "$part: stopped"
        fi
    done
}

cluster_logs() {
    local log
    for log in "$LOGS"/cluster-*.log; do
        [ -f "$log" ] || continue
        printf '==> %s <==\n' "$log"
        tail -n 20 "$log"
    done
}

# NAME=value lines for `sandbox cluster env`: the names of `sandbox env`.
cluster_env() {
    echo "HTABLE_SANDBOX=$SANDBOX"
    postgres_env
    echo "HTABLE_QUORUM=127.0.0.1:$(cluster_port zookeeper)"
    echo "HBASE_CONF=$CLUSTER_CONF_DIR"
    echo "HBASE_JARS=$(state_get jars)"
    echo "HBASE_CLASSPATH=$JAVA_CLASSES:$CLUSTER_CONF_DIR:$(state_get jars)/*"
    echo "HTABLE_CLASSES=$JAVA_CLASSES"
    echo "JAVA_OPTS=$JAVA_OPENS"
    echo "HTABLE_CLUSTER=$ROOT/sandbox"
}

cluster_show_env() {
    [ -d "$CLUSTER_CONF_DIR" ] || die "not set up yet: run ./sandbox cluster up"
    print_exports < <(cluster_env)
}

# ---- faults ----

cluster_kill() {
    cluster_class "${1:?usage: ./sandbox cluster kill PART}" >/dev/null
    cluster_alive "$1" || die "$1 is not running"
    cluster_signal KILL "$1"
    cluster_wait_gone 10 "$1" || die "$1 does not end"
}

cluster_start() {
    cluster_class "${1:?usage: ./sandbox cluster start PART}" >/dev/null
    [ -d "$CLUSTER_CONF_DIR" ] || die "not set up yet: run ./sandbox cluster up"
    cluster_part_begin "$1"
    cluster_part_wait "$1"
}

cluster_main() {
    local command=${1:-help}
    [ $# -gt 0 ] && shift
    case $command in
        up)     cluster_up ;;
        down)   cluster_down ;;
        status) cluster_status ;;
        env)    cluster_show_env ;;
        logs)   cluster_logs ;;
        kill)   cluster_kill "$@" ;;
        start)  cluster_start "$@" ;;
        help|-h|--help) cluster_usage ;;
        *)      cluster_usage >&2; die "unknown command: cluster $command" ;;
    esac
}
