# expect.sh - sourced by the shell tests: a folder of one's own, and what is expected of a command.
set -u
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0

complain() {
    echo "FAILED: $1"
    failures=$((failures + 1))
}

# wait_for FILE PID: until the file has bytes or the process in the background is gone, however slow the
# machine is. ctest's time limit ends what never would.
wait_for() {
    while [ ! -s "$1" ] && kill -0 "$2" 2>/dev/null; do sleep 0.05; done
}

# expect CODE FRAGMENT COMMAND...: the exit code, and text (which may be "") somewhere in what is printed,
# which stays in out.txt
expect() {
    code=$1 fragment=$2
    shift 2
    "$@" >out.txt 2>&1
    found=$?
    [ "$found" = "$code" ] || { complain "exit $found, expected $code: $*"; cat out.txt; }
    [ -z "$fragment" ] || grep -qF -e "$fragment" out.txt ||
        { complain "nothing about \"$fragment\": $*"; cat out.txt; }
}
