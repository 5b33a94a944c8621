# cluster-conf.sh - the cluster's ports and configuration files.
#
# Ten ports in a row, from HTABLE_CLUSTER_PORT on or from the first such row that
# is free.  Every part has a directory of its own with its own configuration:
# what differs is its port, and the class path tells whose process it is.

CLUSTER_HOME=$SANDBOX/cluster
CLUSTER_CONF_FROM=$ROOT/tools/sandbox/cluster
CLUSTER_CONF_DIR=$CLUSTER_HOME/client/conf
CLUSTER_FIRST_PORT=18200

# The rows of ports, in this order.
CLUSTER_PORTS=(zookeeper namenode namenode_http datanode datanode_http datanode_ipc
    master1 master2 rs1 rs2)

# cluster_port NAME
cluster_port() {
    local i
    for i in "${!CLUSTER_PORTS[@]}"; do
        if [ "${CLUSTER_PORTS[$i]}" = "$1" ]; then
            echo $(($(state_get cluster_port) + i))
            return
        fi
    done
    die "the cluster has no port called $1"
}

cluster_ports_free() {
    local i
    for i in "${!CLUSTER_PORTS[@]}"; do
        port_is_free $(($1 + i)) || return 1
    done
}

# The wish, else the remembered ports, else the first free ones.  Files in HDFS
# do not name them, so they may change from one start to the next.
cluster_ports_choose() {
    local port=${HTABLE_CLUSTER_PORT:-} old
    if [ -n "$port" ]; then
        cluster_ports_free "$port" ||
            die "ports $port to $((port + ${#CLUSTER_PORTS[@]} - 1)) are not all free"
    else
        port=$CLUSTER_FIRST_PORT
        old=$(state_get cluster_port)
        if [ -n "$old" ] && cluster_ports_free "$old"; then port=$old; fi
        until cluster_ports_free "$port"; do port=$((port + ${#CLUSTER_PORTS[@]})); done
    fi
    state_set cluster_port "$port"
}

# cluster_conf_write CONFDIR MASTER_PORT RS_PORT
cluster_conf_write() {
    local conf=$1 master=$2 rs=$3 file name words=()
    for name in "${CLUSTER_PORTS[@]}"; do
        words+=(-e "s|@${name^^}_PORT@|$(cluster_port "$name")|g")
    done
    words+=(-e "s|@DATA@|$CLUSTER_HOME/data|g" -e "s|@MASTER_PORT@|$master|g" -e "s|@RS_PORT@|$rs|g")
    mkdir -p "$conf" "$CLUSTER_HOME/data"
    for file in core-site hdfs-site hbase-site; do
        sed "${words[@]}" "$CLUSTER_CONF_FROM/$file.xml.in" >"$conf/$file.xml"
    done
    cp "$HBASE_CONF_FROM/log4j.properties" "$conf/"
}

# Everybody's files.
cluster_conf_write_all() {
    local part
    for part in "${CLUSTER_PARTS[@]}"; do
        case $part in
            master*) cluster_conf_write "$CLUSTER_HOME/$part/conf" "$(cluster_port "$part")" "$(cluster_port rs1)" ;;
            rs*) cluster_conf_write "$CLUSTER_HOME/$part/conf" "$(cluster_port master1)" "$(cluster_port "$part")" ;;
            *) cluster_conf_write "$CLUSTER_HOME/$part/conf" "$(cluster_port master1)" "$(cluster_port rs1)" ;;
        esac
    done
    cluster_conf_write "$CLUSTER_CONF_DIR" "$(cluster_port master1)" "$(cluster_port rs1)"
}
