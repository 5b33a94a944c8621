# demo.sh - from nothing to SQL over HBase: set up, load sample data, take the tour.

DEMO_TABLE=people

demo_main() {
    local passed=0 failed=0 begin
    # A step: one line with its time.  The first that fails is the last.
    for step in demo_up demo_load demo_tour; do
        begin=$SECONDS
        # A subshell with -e of its own: a condition would switch -e off in it.
        set +e
        (set -e; "$step")
        local code=$?
        set -e
        if [ "$code" = 0 ]; then
            passed=$((passed + 1))
            echo "ok $(demo_name "$step") ($((SECONDS - begin))s)"
        else
            failed=1
            echo "not ok $(demo_name "$step") ($((SECONDS - begin))s)"
            break
        fi
    done
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ]
}

demo_name() {
    case $1 in
        demo_up)   echo "set up, build and start" ;;
        demo_load) echo "load examples/data into the HBase table $DEMO_TABLE" ;;
        demo_tour) echo "examples/tour.sql" ;;
    esac
}

demo_up() { bring_up rebuild; }

demo_load() { htool people "$ROOT/examples/data" "$DEMO_TABLE"; }

demo_tour() {
    [ -f "$ROOT/examples/tour.sql" ] || die "examples/tour.sql does not exist"
    eval "$(show_env)"
    (cd "$ROOT" && psql -X -v ON_ERROR_STOP=1 -v quorum="$HTABLE_QUORUM" -f examples/tour.sql)
}
