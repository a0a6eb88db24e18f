#!/bin/sh
# quick_reports.sh PROGRAM - each test program that tries some of its cases where QUICK_TESTS is in the
# environment prints a line "left out: ...". QUICK_TESTS=1000 leaves nearly all cases out, so that they end
# soon.
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/shell/expect.sh"
build=$(dirname "$program")
case $program in
*emulated*) echo "SKIP: the test programs are for another processor" && exit 77 ;;
esac
for source in $(grep -l 'quick_stride(' "$tests"/test_*.c); do
    name=$(basename "$source" .c)
    QUICK_TESTS=1000 "$build/$name" >out.txt 2>&1 || { complain "$name fails"; cat out.txt; }
    grep -q '^left out: ' out.txt || complain "$name does not print what it left out"
done
[ "$failures" = 0 ] || { echo "$failures failed" && exit 1; }
