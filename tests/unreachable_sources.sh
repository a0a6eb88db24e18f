#!/bin/sh
# unreachable_sources.sh PROGRAM - without a network, backless data get prints the error of each address once,
# with --quiet too. A proxy that no process serves stands for the missing network.
. "$(dirname "$0")/shell/expect.sh"
digits=0123456789abcdef
"$program" data get https://127.0.0.1:1/x --sha256 $digits$digits$digits$digits --to /dev/null/x 2>&1 |
    grep -q "cannot fetch" &&
    { echo "SKIP: this build cannot fetch (BACKLESS_DOWNLOAD)"; exit 77; }
unset no_proxy NO_PROXY all_proxy ALL_PROXY HTTPS_PROXY
export http_proxy=http://127.0.0.1:1 https_proxy=http://127.0.0.1:1
for option in "" --quiet; do
    # shellcheck disable=SC2086
    expect 4 "mnist/train-images-idx3-ubyte.gz could not be fetched" \
        "$program" data get mnist --data-dir sets $option
    grep 'train-images-idx3-ubyte.gz: .*onnect' out.txt | sed 's/^ *//' >errors.txt
    failed=$(wc -l <errors.txt)
    different=$(sort -u errors.txt | wc -l)
    [ "$failed" -gt 0 ] && [ "$failed" = "$different" ] ||
        { complain "the errors of $different addresses are printed $failed times"; cat out.txt; }
done
[ "$failures" = 0 ] || { echo "$failures failed" && exit 1; }
