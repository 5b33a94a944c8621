# java.sh - compiles and runs tools/java: HTool, the helper beside the tests.

JAVA_CLASSES=$SANDBOX/classes
JAVA_OPENS='--add-opens java.base/java.lang=ALL-UNNAMED --add-opens java.base/java.nio=ALL-UNNAMED'

java_classpath() { echo "$JAVA_CLASSES:$HBASE_CONF_DIR:$(state_get jars)/*"; }

# Compiled aside and renamed, and only when a source or the jars changed.
java_build() {
    local stamp new=$JAVA_CLASSES.new
    stamp="$(state_get jars) $(cat "$ROOT"/tools/java/* | cksum)"
    if [ "$(cat "$JAVA_CLASSES/stamp" 2>/dev/null)" = "$stamp" ]; then return; fi
    rm -rf "$new"
    mkdir -p "$new"
    javac -nowarn -Xlint:-options --release 11 -d "$new" -cp "$(state_get jars)/*" \
        "$ROOT"/tools/java/*.java >"$LOGS/javac.log" 2>&1 9>&- ||
        die "javac failed ($(grep -m 1 error "$LOGS/javac.log")); log: $LOGS/javac.log"
    cp "$ROOT"/tools/java/*.properties "$new/"
    echo "$stamp" >"$new/stamp"
    rm -rf "$JAVA_CLASSES"
    mv "$new" "$JAVA_CLASSES"
}

# htool ARGS…
htool() {
    # shellcheck disable=SC2086
    java -Xmx512m $JAVA_OPENS -cp "$(java_classpath)" HTool "$@"
}

# NAME=value lines for `sandbox env`.
java_env() {
    echo "HBASE_CLASSPATH=$(java_classpath)"
    echo "HTABLE_CLASSES=$JAVA_CLASSES"
    echo "JAVA_OPTS=$JAVA_OPENS"
}
