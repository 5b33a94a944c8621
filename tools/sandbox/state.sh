# state.sh - what the sandbox remembers between calls: .sandbox/state, key=value.

STATE_FILE=$SANDBOX/state

state_get() {
    [ -f "$STATE_FILE" ] || return 0
    sed -n "s/^$1=//p" "$STATE_FILE"
}

state_set() {
    local new=$STATE_FILE.new
    { [ ! -f "$STATE_FILE" ] || grep -v "^$1=" "$STATE_FILE" || true; } >"$new"
    printf '%s=%s\n' "$1" "$2" >>"$new"
    mv "$new" "$STATE_FILE"
}

# Removes what had to be placed outside .sandbox/ (see pg_home in pgroot.sh).
state_forget_outside() {
    local key dir
    for key in pg_home pg_socket_dir; do
        dir=$(state_get "$key")
        case $dir in
            /var/tmp/htable_fdw.*|/tmp/htable_fdw.*) rm -rf "$dir" ;;
        esac
    done
}
