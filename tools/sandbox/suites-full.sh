# suites-full.sh - what `sandbox test --full` adds: t/full/*.pl on the cluster.

# Brings the cluster up, tests, and takes it down unless it was up before.
suite_full() {
    local begin=$SECONDS code mine=yes
    if cluster_any_alive; then mine=no; fi
    set +e
    (set -e; cluster_up)
    code=$?
    set -e
    if [ "$code" = 0 ]; then
        # the names of the standalone HBase must not reach these tests
        unset HTABLE_RS_ADDRESS HTABLE_MASTER_ADDRESS HBASE_PID
        eval "$(cluster_show_env)"
        suite_tap tap-full "$ROOT"/t/full/*.pl
    else
        suite_count cluster 0 1 "$code" $((SECONDS - begin))
    fi
    if [ "$mine" = yes ]; then (cluster_down); fi
}
