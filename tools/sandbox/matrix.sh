# matrix.sh - `sandbox matrix`: every test with each pair of versions that must pass.
#
# The pairs run one after the other, each in its own sandbox, which is stopped and
# kept: the next run finds its packages, jars and databases there.

MATRIX_PAIRS='15:2.6.4 17:2.6.4 18:2.6.4 15:2.5.12'

matrix_main() {
    local pair passed=0 failed=0 begin sum log
    case ${1:-} in
        ''|--full) ;;
        *) die "usage: ./sandbox matrix [--full]" ;;
    esac
    log=$(mktemp)
    for pair in $MATRIX_PAIRS; do
        begin=$SECONDS
        matrix_sandbox "$pair" test "$@" | tee "$log" >&2 || true
        matrix_sandbox "$pair" down >&2 || true
        sum=$(sed -n '$s/^\([0-9]* passed, [0-9]* failed\)$/\1/p' "$log")
        sum=${sum:-0 passed, 1 failed}
        echo "PostgreSQL ${pair%:*}, HBase ${pair#*:}: $sum ($((SECONDS - begin))s)"
        passed=$((passed + ${sum%% *}))
        failed=$((failed + $(echo "$sum" | cut -d' ' -f3)))
    done
    rm -f "$log"
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}

# matrix_sandbox PG:HBASE COMMAND...
matrix_sandbox() {
    local pair=$1
    shift
    "$ROOT/sandbox" "$@" --pg "${pair%:*}" --hbase "${pair#*:}" 2>&1
}
