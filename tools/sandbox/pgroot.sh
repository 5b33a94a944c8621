# pgroot.sh - a private copy of the installed PostgreSQL's tree.
#
# PostgreSQL finds its library and share directories relative to its executable.
# So real copies of the executables under another root, and symbolic links to
# everything else, make a server that loads our files without one of them being
# installed into the user's own tree.

# Where the PostgreSQL part lives: .sandbox, unless we are root and the user
# that PostgreSQL runs as cannot enter it.
pg_home() {
    local home
    home=$(state_get pg_home)
    if [ -z "$home" ]; then
        home=$SANDBOX
        if ! as_pg test -x "$SANDBOX"; then
            home=/var/tmp/htable_fdw.$(printf %s "$SANDBOX" | cksum | cut -d' ' -f1)
            pg_home_leftover "$home"
        fi
        state_set pg_home "$home"
    fi
    echo "$home"
}

# A tree that was here before and was removed without `sandbox clean` leaves its
# PostgreSQL part behind, perhaps with a server: nobody remembers it any more.
pg_home_leftover() {
    local pid
    [ -d "$1" ] || return 0
    pid=$(head -n 1 "$1/pg/postmaster.pid" 2>/dev/null || true)
    if process_is "$pid" "$1/pg"; then
        kill -INT "$pid"
        while process_is "$pid" "$1/pg"; do sleep 0.1; done
    fi
    rm -rf "$1"
}

# PostgreSQL refuses to run as root: root runs it as this user.
pg_os_user() {
    [ "$(id -u)" = 0 ] || { id -un; return; }
    local user
    for user in ${HTABLE_PG_OSUSER:-} postgres nobody; do
        if id "$user" >/dev/null 2>&1; then
            echo "$user"
            return
        fi
    done
}

as_pg() {
    if [ "$(id -u)" != 0 ]; then
        "$@"
    else
        local user
        user=$(pg_os_user)
        setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups \
            env HOME=/tmp "$@"
    fi
}

# The pg_config of the PostgreSQL we copy.  `sandbox env` exports PG_CONFIG of a
# copy; found in the environment again, it stands for what that was copied from.
pg_config_origin() {
    local config=${PG_CONFIG:-}
    case $config in
        */pgroot/*)
            config=${config%%/pgroot/*}/pgroot/origin
            [ -f "$config" ] || die "PG_CONFIG=$PG_CONFIG does not exist"
            cat "$config"
            return ;;
        '')
            local major
            major=$(pg_major_wanted)
            if pg_installed "$major"; then
                echo "/usr/lib/postgresql/$major/bin/pg_config"
            else
                pgsource_config "$major"
            fi
            return ;;
    esac
    command -v "$config" >/dev/null || die "PG_CONFIG=$config does not exist"
    # A wrapper (Debian's /usr/bin/pg_config) says where the real one is.
    echo "$("$config" --bindir)/pg_config"
}

pgroot() { echo "$(pg_home)/pgroot"; }
pgroot_bindir() { echo "$(pgroot)$(state_get pg_bindir)"; }
pgroot_config() { echo "$(pgroot_bindir)/pg_config"; }

# Changes when the user's PostgreSQL is upgraded or another one is asked for.
pgroot_stamp() {
    local config=$1
    echo "$("$config" --bindir) $("$config" --version) $(stat -Lc %Y "$("$config" --bindir)/postgres")"
}

pgroot_ensure() {
    local config stamp root
    config=$(pg_config_origin)
    [ -x "$("$config" --bindir)/postgres" ] || die "no server beside $config"
    stamp=$(pgroot_stamp "$config")
    root=$(pgroot)
    if [ "$(cat "$root/stamp" 2>/dev/null)" = "$stamp" ]; then return; fi
    if [ -n "$(state_get pg_version)" ]; then pgroot_replace "$config"; fi
    pgroot_make "$config" "$root"
    echo "$config" >"$root/origin"
    echo "$stamp" >"$root/stamp"
}

# Another PostgreSQL than last time: stop the old one; a data directory of
# another major cannot be kept.
pgroot_replace() {
    local old new
    old=$(state_get pg_version)
    new=$("$1" --version | sed 's/^PostgreSQL //')
    postgres_stop
    if [ "${old%%[!0-9]*}" != "${new%%[!0-9]*}" ]; then
        say "PostgreSQL changes from $old to $new: its data directory is made anew"
        rm -rf "$(pg_home)/pg"
    fi
}

pgroot_make() {
    local config=$1 root=$2 bindir
    need_space "$SANDBOX" 500
    bindir=$("$config" --bindir)
    case $bindir in "$root"/*) die "cannot copy $bindir onto itself" ;; esac
    rm -rf "$root"
    mkdir -p "$root$bindir"
    case $bindir in
        "$CACHE"/*)
            # One that we built: PostgreSQL's user may not be able to enter the cache.
            cp -a "${bindir%/bin}/." "$root${bindir%/bin}/" ;;
        *)
            cp -L "$bindir"/* "$root$bindir/"
            pgroot_link "$root" "$("$config" --pkglibdir)"
            pgroot_link "$root" "$("$config" --sharedir)"
            pgroot_point "$root" "$("$config" --pkgincludedir)"
            pgroot_point "$root" "$("$config" --includedir-server)"
            pgroot_point "$root" "$("$config" --libdir)" ;;
    esac
    state_set pg_bindir "$bindir"
    state_set pg_version "$("$config" --version | sed 's/^PostgreSQL \([^ ]*\).*/\1/')"
    pgroot_check "$root"
}

# pgroot_link ROOT DIR: DIR's files as links below ROOT, ours left out, so that
# installing writes new files here and nowhere else.
pgroot_link() {
    local root=$1 dir=$2
    mkdir -p "$root$dir"
    cp -rs "$dir/." "$root$dir/"
    find "$root$dir" \( -name 'htable_fdw*' -o -name htable_quorum \) -exec rm -rf {} +
}

# pgroot_point ROOT DIR: one link, for directories nothing is installed into.
pgroot_point() {
    [ ! -e "$1$2" ] || return 0
    mkdir -p "$(dirname "$1$2")"
    ln -s "$2" "$1$2"
}

pgroot_check() {
    local root=$1 config lib
    config=$(pgroot_config)
    lib=$("$config" --pkglibdir)
    case $lib in
        "$root"/*) ;;
        *) die "the copied PostgreSQL does not use its own tree: $lib" ;;
    esac
}
