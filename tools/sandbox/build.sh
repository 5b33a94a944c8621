# build.sh - builds the extension and installs it into the private tree.

# No bitcode: it would need the very clang that the server was built with.
extension_build() {
    local begin=$SECONDS log=$LOGS/build.log
    state_set built no
    if ! with_tree extension_make >"$log" 2>&1 9>&-; then
        grep -E 'error|Error|undefined' "$log" | head -n 5 >&2 || true
        die "the build failed; log: $log"
    fi
    state_set built yes
    say "built and installed ($((SECONDS - begin))s)"
}

extension_make() {
    make -C "$ROOT" -j"$(nproc)" all with_llvm=no PG_CONFIG="$(pgroot_config)" &&
        make -C "$ROOT" install with_llvm=no PG_CONFIG="$(pgroot_config)"
}
