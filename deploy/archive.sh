#!/bin/bash
# Makes a start of Purple faster: keeps the classes that one start loads in an archive that the next
# ones map into memory, and writes the JVM's options for it. Beside the jar it leaves both:
#
#   deploy/archive.sh target/purple.jar
#   java @conf/jvm.options @target/purple.options -jar target/purple.jar
#
# The archive serves this jar, under this path, on this Java. With another jar the JVM leaves it out;
# with another Java, or without the file, it does without its own archive, too, and starts slowly.
# That is why the options are not in conf/jvm.options: they are there when the archive is.
set -euo pipefail

jar=$1
archive=${jar%.jar}.jsa
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

rm -f "$archive"
# SerialGC, as in conf/jvm.options; the archive serves other collectors as well.
java -XX:ArchiveClassesAtExit="$archive" -Xlog:disable -XX:+UseSerialGC -jar "$jar" \
    --host 127.0.0.1 --http-port 0 --grpc-port 0 --data-dir "$work/data" > "$work/out" 2>&1 &
server=$!
for _ in {1..600}; do
    grep -q '^Ready' "$work/out" && break
    kill -0 $server 2> /dev/null || break
    sleep 0.1
done
if ! grep -q '^Ready' "$work/out"; then
    cat "$work/out" >&2
    kill -9 $server 2> /dev/null || true
    echo "archive.sh: $jar did not start within 60 s" >&2
    exit 1
fi
# One request, so that what answers it is in the archive.
port=$(sed -n 's,.*HTTP *http://127.0.0.1:\([0-9]*\).*,\1,p' "$work/out")
exec 3<> "/dev/tcp/127.0.0.1/$port"
printf 'GET /counters/start HTTP/1.0\r\n\r\n' >&3
grep -q '^HTTP' <&3
exec 3>&-
kill $server
wait $server || true # 143: it ended as asked
# -Xlog: an archive that cannot be used is no reason to say anything.
if [[ -s $archive ]]; then
    printf -- '-XX:SharedArchiveFile=%s\n-Xlog:cds=off\n-Xlog:cds+dynamic=off\n' "$archive"
else # as a Java that came without an archive of its own makes none
    echo "# this Java makes no archive"
fi > "${jar%.jar}.options"
