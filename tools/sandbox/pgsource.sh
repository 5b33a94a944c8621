# pgsource.sh - a PostgreSQL that this system has neither installed nor packaged:
# built once from Debian's source package, and kept in the cache as pg-VERSION.
#
# Its source and not its binaries, because those want the C library of the
# release they were made for.  apt fetches it from the configured mirror, with
# lists of its own, and proves it: signature, index, checksum of the archive.

PGSOURCE_SUITES='trixie sid'
PGSOURCE_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
PGSOURCE_NEED_MB=2000

# pgsource_config MAJOR: pg_config of the newest that was built, or nothing.
pgsource_config() {
    { compgen -G "$CACHE/pg-$1.*/bin/pg_config" || true; } | sort -V | tail -n 1
}

# pgsource_needed MAJOR: is building the only way to it?
pgsource_needed() {
    ! pg_installed "$1" && [ -z "$(pgsource_config "$1")" ] && ! pg_packaged "$1"
}

# The packages that a build needs beyond those of an extension; missing ones.
pgsource_packages_missing() {
    command -v bison >/dev/null || echo bison
    command -v flex >/dev/null || echo flex
    command -v bzip2 >/dev/null || echo bzip2
    has_header zlib.h || echo zlib1g-dev
    has_header readline/readline.h || echo libreadline-dev
}

pgsource_ensure() {
    local major work
    [ -z "${PG_CONFIG:-}" ] || return 0
    major=$(pg_major_wanted)
    pgsource_needed "$major" || return 0
    need_space "$CACHE" "$PGSOURCE_NEED_MB"
    mkdir -p "$CACHE" || die "cannot write in $CACHE"
    work=$(mktemp -d "$CACHE/build-pg-$major.XXXXXX")
    # In a subshell, so that whatever ends it leaves nothing half made behind.
    (
        trap 'rm -rf "$work"' EXIT
        trap 'exit 130' INT TERM
        pgsource_fetch "$major" "$work"
        pgsource_build "$work"
    )
}

# The mirror that bookworm and its like come from here.
pgsource_mirror() {
    apt-get indextargets --format '$(REPO_URI)' \
        'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 2>/dev/null | sort -u | head -n 1
}

# apt with sources and lists of its own below DIR: the system's stay as they are.
pgsource_apt() {
    local dir=$1 program=$2
    shift 2
    "$program" -q -o "Dir::Etc::SourceList=$dir/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o "Dir::State::Lists=$dir/lists" -o "Dir::Cache=$dir/cache" \
        -o APT::Sandbox::User=root -o Acquire::Languages=none "$@"
}

# pgsource_fetch MAJOR DIR: the upstream archive, below DIR.
pgsource_fetch() {
    local major=$1 dir=$2 mirror suite log=$LOGS/pgsource.log
    mirror=$(pgsource_mirror)
    [ -n "$mirror" ] && [ -f "$PGSOURCE_KEYRING" ] ||
        die "PostgreSQL $major is not packaged here: please install it, or set PG_CONFIG"
    say "fetching the source of PostgreSQL $major from $mirror"
    mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
    for suite in $PGSOURCE_SUITES; do
        echo "deb-src [signed-by=$PGSOURCE_KEYRING] $mirror $suite main"
    done >"$dir/sources.list"
    pgsource_apt "$dir" apt-get update >"$log" 2>&1 9>&- ||
        die "cannot read Debian's source index ($(grep -m 1 '^E:' "$log")); log: $log"
    (cd "$dir" && pgsource_apt "$dir" apt-get source --download-only --tar-only \
        "postgresql-$major") >>"$log" 2>&1 9>&- ||
        die "no source of PostgreSQL $major ($(grep -m 1 '^E:' "$log")); log: $log"
}

# pgsource_build DIR: configures, makes and installs the archive below DIR aside,
# then renames the whole into place.  Libraries are found relative to programs, since
# what runs is a copy (see pgroot.sh); initdb of ICU's locales wants ICU.
pgsource_build() {
    local dir=$1 archive version prefix begin=$SECONDS log=$LOGS/pgsource.log
    archive=$(compgen -G "$dir/postgresql-*.orig.tar.*")
    version=${archive##*/postgresql-*_}
    version=${version%.orig.tar.*}
    prefix=$CACHE/pg-$version
    say "building PostgreSQL $version, once (a few minutes)"
    mkdir "$dir/src"
    tar -xf "$archive" -C "$dir/src" --strip-components=1
    if ! (
        unset MAKEFLAGS MAKELEVEL PG_CONFIG
        cd "$dir/src" &&
        ./configure --quiet --prefix="$prefix" --with-icu --without-openssl --disable-rpath \
            LDFLAGS="-Wl,-rpath,'\$\$ORIGIN/../lib:\$\$ORIGIN/..'" &&
        make -s -j2 &&
        make -s -j2 -C contrib/dblink &&
        make -s DESTDIR="$dir/new" install &&
        make -s -C contrib/dblink DESTDIR="$dir/new" install
    ) >>"$log" 2>&1 9>&-; then
        die "PostgreSQL $version was not built ($(grep -m 1 -iE 'error' "$log")); log: $log"
    fi
    mv -T "$dir/new$prefix" "$prefix" 2>/dev/null || [ -x "$prefix/bin/pg_config" ] ||
        die "cannot write in $CACHE"
    say "built PostgreSQL $version ($((SECONDS - begin))s)"
}
