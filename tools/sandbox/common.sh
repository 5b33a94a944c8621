# common.sh - words and small helpers that every part of the sandbox uses.
#
# Expects ROOT, the top of the source tree; SANDBOX, the directory of this sandbox
# (see versions.sh), and LOGS in it.

# shellcheck disable=SC2034
# (used by the parts that source this one)
CACHE=${HTABLE_CACHE:-${XDG_CACHE_HOME:-${HOME:-/var/tmp}/.cache}/htable_fdw}
LOCK_WAIT=900                   # seconds: a first set-up elsewhere may download

say() { printf '%s\n' "$*" >&2; }

die() {
    printf 'sandbox: %s\n' "$*" >&2
    exit 1
}

# need_space DIR MEGABYTES: refuses early instead of failing half-way.
need_space() {
    local dir=$1 need=$2 have
    while [ ! -d "$dir" ]; do dir=$(dirname "$dir"); done
    have=$(df -Pm "$dir" | awk 'NR == 2 { print $4 }')
    [ "$have" -ge "$need" ] ||
        die "not enough disk space in $dir: $have MB free, $need MB needed"
}

# with_lock FUNCTION…: one sandbox call at a time changes things.  Children that
# outlive us must be started with 9>&-, or they would keep the lock.
with_lock() {
    mkdir -p "$SANDBOX" "$LOGS" || die "cannot write in $ROOT"
    command -v flock >/dev/null || die "flock is missing (package util-linux)"
    exec 9>"$SANDBOX/lock"
    if ! flock -n 9; then
        say "waiting for another sandbox call"
        flock -w "$LOCK_WAIT" 9 || die "another sandbox call holds $SANDBOX/lock"
    fi
    "$@"
    exec 9>&-
}

# with_tree COMMAND…: one sandbox at a time makes something in the source tree.
with_tree() {
    local code=0
    exec 8>"$ROOT/.sandbox.tree"
    flock -n 8 || { say "waiting for another sandbox that builds"; flock 8; }
    "$@" 8>&- || code=$?
    exec 8>&-
    return "$code"
}

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Can a server listen there?  Not where a connection has the port as its own end, even
# one that is over, although nobody listens: so it is tried.
port_can_be_taken() {
    perl -MIO::Socket::INET -e 'exit !IO::Socket::INET->new(Listen => 1, ReuseAddr => 1,
        LocalAddr => "127.0.0.1", LocalPort => $ARGV[0])' "$1"
}

# choose_port KEY WISH FIRST: the wish, else the remembered port, else the first
# free one from FIRST on; remembered under KEY in the state.
choose_port() {
    local key=$1 wish=$2 port=$3 old
    if [ -n "$wish" ]; then
        port_can_be_taken "$wish" || die "port $wish is in use"
        state_set "$key" "$wish"
        return
    fi
    old=$(state_get "$key")
    if [ -n "$old" ] && port_can_be_taken "$old"; then return; fi
    while ! port_can_be_taken "$port"; do port=$((port + 1)); done
    state_set "$key" "$port"
}

# process_is PID WORD: is this process alive, and still the one we started?
process_is() {
    [ -n "$1" ] && [ -r "/proc/$1/cmdline" ] &&
        grep -aqF -- "$2" "/proc/$1/cmdline" 2>/dev/null
}
