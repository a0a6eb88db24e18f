# expect.sh - sourced by the shell tests: makes a temporary folder, and checks exit codes and output of
# commands.
set -u
program=$1
folder=$(mktemp -d)
readonly folder # the trap removes it
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0

complain() {
    echo "FAILED: $1"
    failures=$((failures + 1))
}

# wait_for FILE PID: waits until the file is not empty or the background process has ended. There is no time
# limit except ctest's, because the machine may be slow.
wait_for() {
    while [ ! -s "$1" ] && kill -0 "$2" 2>/dev/null; do sleep 0.05; done
}

# kill_group PID: kills the background process, which leads a process group, and its children, and waits until
# all of them have ended, because a child holds the lock of its run folder until then. The wait is limited,
# because a process that has ended remains in the group if nothing waits for orphans on this machine.
kill_group() {
    kill -9 "-$1"
    wait "$1" 2>/dev/null
    naps=0
    while kill -0 "-$1" 2>/dev/null && [ $naps -lt 100 ]; do
        sleep 0.05
        naps=$((naps + 1))
    done
}

# is_sanitized: whether the program was compiled with a sanitizer, which makes training several times slower.
is_sanitized() {
    nm -D --undefined-only "$(dirname "$program")/libbackless.so" | grep -q -e __asan_init -e __ubsan
}

# expect CODE FRAGMENT COMMAND...: the command ends with CODE, and FRAGMENT (which may be "") occurs in its
# output, which is kept in out.txt
expect() {
    code=$1 fragment=$2
    shift 2
    "$@" >out.txt 2>&1
    found=$?
    [ "$found" = "$code" ] || { complain "exit $found, expected $code: $*"; cat out.txt; }
    [ -z "$fragment" ] || grep -qF -e "$fragment" out.txt ||
        { complain "nothing about \"$fragment\": $*"; cat out.txt; }
}
