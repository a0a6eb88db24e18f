#!/bin/sh
# removed_backend.sh PROGRAM - the backend onednn of version 0.1.0 is refused as an option, with a message
# that suggests what to do; a run folder or configuration of 0.1.0 that names it is still resumed, with a
# note.
. "$(dirname "$0")/shell/expect.sh"
awk 'BEGIN { for (i = 0; i < 60; i++) printf "%d,%d,%s\n", i % 7, i % 5, i % 2 ? "a" : "b" }' >table.csv
train="--data table.csv --epochs 1 --batch 8 --no-angles --seed 3"
net="dense 6, tanh, dense 2"
hash_of() { sed -n 's/.*"weights_hash": "\([0-9a-f]*\)".*/\1/p' "$1/result.json"; }

# ---- As an option it is refused, wherever it is set
# shellcheck disable=SC2086
expect 2 "was removed" "$program" train $train --net "$net" --backend onednn
expect 2 "auto or portable" env BACKLESS_BACKEND=onednn "$program" train $train --net "$net"
expect 2 'no backend "abacus"; there are: auto, portable' "$program" train $train --net "$net" \
    --backend abacus
expect 0 "" "$program" train $train --net "$net" --backend portable --out portable
expect 0 "" "$program" train $train --net "$net" --backend auto --out auto
[ "$(hash_of portable)" = "$(hash_of auto)" ] || complain "auto is not portable"

# ---- In a run folder of 0.1.0: a note is printed, and the run continues
sed 's/"backend": "[a-z]*"/"backend": "onednn"/' portable/config.json >changed.json
grep -q '"backend": "onednn"' changed.json ||
    complain "config.json could not be changed: the test sees nothing"
mv changed.json portable/config.json
cp portable/config.json onednn.json
expect 0 "onednn, which was removed" "$program" train --resume portable --epochs 2
expect 0 "" "$program" train --resume auto --epochs 2
grep -q onednn out.txt && complain "a note though nothing named onednn"
[ "$(hash_of portable)" = "$(hash_of auto)" ] || complain "the resumed run has other weights"
expect 0 "onednn, which was removed" "$program" train --config onednn.json $train --net "$net" \
    --out configured
expect 2 "was removed" "$program" train --resume portable --epochs 3 --backend onednn

exit $((failures > 0))
