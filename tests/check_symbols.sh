#!/bin/sh
# check_symbols.sh PROGRAM - the shared library beside the program exports the bl_ symbols that the headers
# declare and no others, each with the version BACKLESS_MAJOR.MINOR and a line in the symbols file of the
# Debian package of this binary interface; it calls no function that exits, aborts or prints, and its objects
# contain no writable data.
set -eu
library=$(dirname "$1")/libbackless.so
archive=$(dirname "$1")/libbackless.a
headers=$(dirname "$0")/../include
failures=0

# complain SENTENCE LINES: reports one finding, if there are lines.
complain() {
    [ -n "$2" ] || return 0
    printf '%s:\n%s\n' "$1" "$2"
    failures=$((failures + 1))
}

if nm -D --undefined-only "$library" | grep -q -e __asan_init -e __ubsan; then
    echo "SKIP: a sanitizer adds symbols of its own"
    exit 77
fi

versioned=$(nm -D --defined-only "$library" | awk '$2 != "A" {print $3}')
shown=$(printf '%s\n' "$versioned" | sed 's/@.*//')
interface=$(sed -n 's/^#define BL_VERSION "\(.*\)\..*"/\1/p' "$headers/backless.h")
version=BACKLESS_$interface
complain "without the version $version" "$(printf '%s\n' "$versioned" | grep -vE "@@$version\$" || true)"
declared=$(sed -n 's/^BL_API .*[ *]\(bl_[a-z0-9_]*\)(.*/\1/p' "$headers"/*.h)
# without LINES OTHERS: the lines that are not among the others.
without() { printf '%s\n' "$1" | grep -vxF "$2" || true; }
complain "declared in a header, but not in the library" "$(without "$declared" "$shown")"
complain "in the library, but not declared in a header" "$(without "$shown" "$declared")"
symbols=debian/libbackless$interface.symbols
packaged=$(sed -n "s/^ \(bl_[a-z0-9_]*\)@$version .*/\1/p" "$(dirname "$0")/../$symbols")
complain "in the library, but not in $symbols" "$(without "$shown" "$packaged")"
complain "in $symbols, but not in the library" "$(without "$packaged" "$shown")"

forbidden='exit|_exit|_Exit|abort|v?printf|puts|putchar|perror|stdout|stderr|rand|srand|__printf_chk'
complain "what the library may not call" "$(nm -D --undefined-only "$library" | awk '{print $2}' |
    sed 's/@.*//' | grep -xE "$forbidden" || true)"

# The only exceptions are thread-local: signals_are_blocked, by which each worker thread records that its mask
# is set, and refusals, by which a thread records that another one has the context's threads.
complain "data that could change" "$(objdump -t "$archive" | awk '{
    for (i = 2; i < NF; i++)
        if ($i ~ /^\.(data|bss|tdata|tbss)$/ && $(i + 1) !~ /^0+$/)
            if ($NF !~ /^(signals_are_blocked|refusals)/)
                print $NF " in " $i
}')"

[ "$failures" = 0 ] || exit 1
echo "$(printf '%s\n' "$shown" | wc -l) public symbols, each in a header"
