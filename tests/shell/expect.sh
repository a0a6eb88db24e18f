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

# expect CODE FRAGMENT COMMAND...: the exit code, and text (which may be "") somewhere in what is printed, which stays in out.txt
expect() {
    code=$1 fragment=$2
    shift 2
    "$@" >out.txt 2>&1
    found=$?
    [ "$found" = "$code" ] || { complain "exit $found, expected $code: $*"; cat out.txt; }
    [ -z "$fragment" ] || grep -qF -e "$fragment" out.txt || { complain "nothing about \"$fragment\": $*"; cat out.txt; }
}
