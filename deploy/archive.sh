#!/bin/bash
# Makes a start of Purple faster: keeps the classes that one start loads in an archive that the next
# ones map into memory, and writes the JVM's options for it. The build does the same; this is for a jar
# that has another place or another Java by now, as in the image. Beside the jar it leaves both:
#
#   archive.sh purple.jar
#   java @jvm.options @purple.options -jar purple.jar
#
# The archive serves this jar, under this path, on this Java. With another jar the JVM leaves it out;
# with another Java, or without the file, it does without its own archive, too, and starts slowly.
# That is why the options are not in jvm.options: they are there when the archive is.
set -euo pipefail

jar=$(readlink -f "$1")
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
archive=${jar%.jar}.jsa
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

rm -f "$archive"
# ParallelGC, as in jvm.options; the archive serves other collectors as well.
if ! "$java" -XX:ArchiveClassesAtExit="$archive" -Xlog:disable -XX:+UseParallelGC -cp "$jar" \
    io.purpledb.Rehearsal "$work/data" > "$work/out" 2>&1; then
    cat "$work/out" >&2
    exit 1
fi
# -Xlog: an archive that cannot be used is no reason to say anything.
printf '%s %s' "$(readlink -f "$(command -v "$java")")" "$jar" > "$archive.of"
if [[ -s $archive ]]; then
    printf -- '-XX:SharedArchiveFile=%s\n-Xlog:cds=off\n-Xlog:cds+dynamic=off\n' "$archive"
else # as a Java that came without an archive of its own makes none
    echo "# this Java makes no archive"
fi > "${jar%.jar}.options"
