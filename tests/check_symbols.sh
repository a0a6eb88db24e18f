#!/bin/sh
# check_symbols.sh PROGRAM - the shared library beside the program exports the bl_ symbols that the header
# declares and no others, each with the version BACKLESS_0; it calls no function that exits, aborts or prints,
# and its objects contain no writable data.
set -eu
library=$(dirname "$1")/libbackless.so
archive=$(dirname "$1")/libbackless.a
header=$(dirname "$0")/../include/backless.h
failures=0

# complain SENTENCE LINES: one finding, where there are lines.
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
complain "without the version BACKLESS_0" "$(printf '%s\n' "$versioned" | grep -v '@@BACKLESS_0$' || true)"
declared=$(sed -n 's/^BL_API .*[ *]\(bl_[a-z0-9_]*\)(.*/\1/p' "$header")
# without LINES THOSE: the lines that are not among those.
without() { printf '%s\n' "$1" | grep -vxF "$2" || true; }
complain "declared in the header, but not in the library" "$(without "$declared" "$shown")"
complain "in the library, but not declared in the header" "$(without "$shown" "$declared")"

forbidden='exit|_exit|_Exit|abort|v?printf|puts|putchar|perror|stdout|stderr|rand|srand|__printf_chk'
complain "what the library may not call" "$(nm -D --undefined-only "$library" | awk '{print $2}' |
    sed 's/@.*//' | grep -xE "$forbidden" || true)"

# signals_are_blocked: each worker thread of the library notes that it has set its own mask.
complain "data that could change" "$(objdump -t "$archive" | awk '{
    for (i = 2; i < NF; i++)
        if ($i ~ /^\.(data|bss|tdata|tbss)$/ && $(i + 1) !~ /^0+$/)
            if ($NF !~ /^signals_are_blocked/)
                print $NF " in " $i
}')"

[ "$failures" = 0 ] || exit 1
echo "$(printf '%s\n' "$shown" | wc -l) public symbols, each in the header"
