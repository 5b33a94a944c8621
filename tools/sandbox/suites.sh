# suites.sh - `sandbox test`: runs every suite, counts every test.
#
# A suite leaves its whole output in .sandbox/logs/NAME.log.  A suite that ends
# badly without having named a failed test counts as one failure itself.
# Progress goes to standard error; the last line of standard output is the sum.

TESTS_PASSED=0
TESTS_FAILED=0

suites_main() {
    local full=no
    case ${1:-} in
        '') ;;
        --full) full=yes ;;
        *) die "usage: ./sandbox test [--full]" ;;
    esac
    # In a subshell, so that its die() leaves us to print the sum; not as a
    # condition, which would switch -e off in it.
    local code
    set +e
    (set -e; bring_up rebuild)
    code=$?
    set -e
    if [ "$code" != 0 ]; then
        echo "0 passed, 1 failed"
        return 1
    fi
    eval "$(show_env)"
    suite_make unit
    suite_make unit-asan
    suite_fixtures
    suite_regress
    suite_tap tap "$ROOT"/t/*.pl
    if [ "$full" = yes ]; then
        . "$ROOT/tools/sandbox/suites-full.sh"
        suite_full
    fi
    echo "$TESTS_PASSED passed, $TESTS_FAILED failed"
    [ "$TESTS_FAILED" = 0 ] && [ "$TESTS_PASSED" -gt 0 ]
}

# suite_count NAME PASSED FAILED EXITCODE SECONDS
suite_count() {
    local name=$1 passed=$2 failed=$3 code=$4 seconds=$5
    if [ "$code" != 0 ] && [ "$failed" = 0 ]; then failed=1; fi
    TESTS_PASSED=$((TESTS_PASSED + passed))
    TESTS_FAILED=$((TESTS_FAILED + failed))
    say "$name: $passed passed, $failed failed (${seconds}s)"
    if [ "$failed" != 0 ]; then suite_show "$name"; fi
}

# What a reader of a failed run wants to see first.
suite_show() {
    local log=$LOGS/$1.log
    [ -f "$log" ] || return 0
    grep -E '^ *not ok |FAILED|[Ee]rror:|ERROR: |Assertion|AddressSanitizer' "$log" |
        head -n 20 >&2 || true
    say "--- end of $log"
    tail -n 15 "$log" >&2 || true
}

# Counts of TAP lines; SKIP passes, TODO never fails.
tap_passed() { grep -cE '^ok [0-9]+|^not ok [0-9]+.*# TODO' "$1" || true; }
tap_failed() { grep -E '^not ok [0-9]+' "$1" | grep -cv '# TODO' || true; }

# suite_make TARGET: unit programs of the Makefile, which print TAP.
suite_make() {
    local target=$1 log=$LOGS/$1.log begin=$SECONDS code=0
    make_has "$target" || { say "$target: the Makefile has no such target"; return 0; }
    with_tree make -C "$ROOT" -k "$target" PG_CONFIG="$PG_CONFIG" >"$log" 2>&1 || code=$?
    suite_count "$target" "$(tap_passed "$log")" "$(tap_failed "$log")" \
        "$code" $((SECONDS - begin))
}

make_has() {
    [ -f "$ROOT/Makefile" ] && grep -qE "^([a-z-]+ )*$1( [a-z-]+)*:" "$ROOT/Makefile"
}

suite_fixtures() {
    local log=$LOGS/fixtures.log begin=$SECONDS code=0
    "$ROOT/tools/sandbox/fixtures.sh" >"$log" 2>&1 || code=$?
    if [ "$code" != 0 ]; then suite_count fixtures 0 1 "$code" $((SECONDS - begin)); fi
}

# pg_regress refuses root, and must be able to write: it runs as PostgreSQL's
# user, with its output in a directory of that user's.
suite_regress() {
    local log=$LOGS/regress.log begin=$SECONDS code=0 out tree
    make_has installcheck || grep -q '^REGRESS' "$ROOT/Makefile" 2>/dev/null ||
        { say "regress: no tests"; return 0; }
    out=$(pg_home)/regress
    rm -rf "$out"
    mkdir -p "$out"
    if [ "$(id -u)" = 0 ]; then chown "$(pg_os_user)" "$out"; fi
    tree=$(suite_tree)
    as_pg make -C "$tree" installcheck PG_CONFIG="$PG_CONFIG" \
        EXTRA_REGRESS_OPTS="--outputdir=$out" >"$log" 2>&1 || code=$?
    suite_count regress "$(regress_passed "$log")" "$(regress_failed "$log")" \
        "$code" $((SECONDS - begin))
    if [ "$code" != 0 ] && [ -f "$out/regression.diffs" ]; then
        head -n 120 "$out/regression.diffs" >&2
    fi
}

# The tree as PostgreSQL's user can read it: itself, or a copy beside the server.
suite_tree() {
    local copy
    if as_pg test -r "$ROOT/Makefile"; then
        echo "$ROOT"
        return
    fi
    copy=$(pg_home)/tree
    rm -rf "$copy"
    mkdir -p "$copy"
    tar -C "$ROOT" --exclude='./.sandbox*' --exclude=./.git -cf - . | tar -C "$copy" -xf -
    chmod -R a+rX "$copy"
    echo "$copy"
}

# Before 16: "test name   ... ok"; since: "ok 1   - name   12 ms".
regress_passed() { grep -cE '^(test)? +[^ ]+ +\.\.\. ok|^ok [0-9]+ ' "$1" || true; }
regress_failed() { grep -cE '^(test)? +[^ ]+ +\.\.\. FAILED|^not ok [0-9]+ ' "$1" || true; }

# suite_tap NAME SCRIPT...: each script prints TAP; one after the other.
suite_tap() {
    local name=$1 script base log all=$LOGS/$1.log
    local begin=$SECONDS passed=0 failed=0 code part bad
    shift
    : >"$all"
    for script in "$@"; do
        [ -f "$script" ] || continue
        base=$(basename "$script" .pl)
        log=$LOGS/$name-$base.log
        code=0
        (cd "$ROOT" && perl -I t "$script") >"$log" 2>&1 || code=$?
        part=$(tap_passed "$log")
        bad=$(tap_failed "$log")
        if [ "$bad" = 0 ] && { [ "$code" != 0 ] || ! grep -qE '^1\.\.' "$log"; }; then
            echo "not ok 0 - $base ended with $code before its plan was met" >>"$log"
            bad=1
        fi
        passed=$((passed + part))
        failed=$((failed + bad))
        { echo "# $base"; cat "$log"; } >>"$all"
        say "  $base: $part passed, $bad failed"
    done
    suite_count "$name" "$passed" "$failed" 0 $((SECONDS - begin))
}
