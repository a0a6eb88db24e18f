#!/bin/sh
# normalize.sh PROGRAM - the option normalize from the command line to the model file: means and deviations as
# Python computes them, kept for eval, predict and resume; refusals.
. "$(dirname "$0")/shell/expect.sh"
export BACKLESS_THREADS=1
command -v python3 >/dev/null || { echo "SKIP: needs python3, which makes the images"; exit 77; }

# 90 images of 3 x 4 x 5 with different channels, as a table of pixels; and a table of unrelated columns.
python3 - <<'PYTHON'
import random
random.seed(11)
with open("colour.csv", "w") as f:
    f.write(",".join(["label"] + ["pixel%d" % j for j in range(60)]) + "\n")
    for i in range(90):
        pixels = [random.randrange(40 + 60 * (j // 20)) + 20 * (i % 3) for j in range(60)]
        f.write(",".join([str(i % 3)] + [str(x) for x in pixels]) + "\n")
with open("plain.csv", "w") as f:
    f.write("length,width,label\n")
    f.writelines("%g,%g,%s\n" % (i * 0.5, 100 - i, "ab"[i % 2]) for i in range(40))
with open("gaps.csv", "w") as f:
    f.write("length,width,label\n")
    f.writelines("%s,%g,%s\n" % ("" if i % 9 == 0 else i, 100 - i, "ab"[i % 2]) for i in range(40))
PYTHON
net="conv 3 3x3, tanh, dense 3"
go="--shape 3x4x5 --rule bp --seed 3 --quiet --no-angles --force"
hash_of() { sed -n 's/.*"weights_hash": "\([0-9a-f]*\)".*/\1/p' "$1/result.json" 2>/dev/null; }

for how in auto none range global channel feature image; do
    expect 0 "" "$program" train --data colour.csv --net "$net" $go --val "last 30" --epochs 2 \
        --normalize $how --out $how
    [ -n "$(hash_of $how)" ] || complain "normalize $how wrote no result"
    grep -q "\"normalize\": \"$how\"" $how/config.json || complain "config.json does not say normalize $how"
    # eval and predict read the same table, and their figures equal those of the run
    expect 0 "on 30 examples" "$program" eval --model $how --data colour.csv --part val --shape 3x4x5
    head -n 1 out.txt >$how.txt
done
[ "$(hash_of auto)" = "$(hash_of range)" ] || complain "auto is not range for a table of pixels"
for how in none global channel feature image; do
    [ "$(hash_of $how)" = "$(hash_of range)" ] && complain "normalize $how trains as range does"
done

# ---- the model file against Python, for the first 60 examples, which are the training set
python3 - <<'PYTHON' || complain "the model files do not hold the means and deviations of the training set"
import json, math, struct, sys
rows = [[float(x) for x in line.split(",")[1:]] for line in open("colour.csv").readlines()[1:61]]
def tensors(folder):
    blob = open(folder + "/model.safetensors", "rb").read()
    n = struct.unpack("<Q", blob[:8])[0]
    head = json.loads(blob[8:8 + n])
    def read(name):
        begin, end = head[name]["data_offsets"]
        return struct.unpack("<%dd" % ((end - begin) // 8), blob[8 + n + begin:8 + n + end])
    return head, read
def pair(xs):
    mean = math.fsum(xs) / len(xs)
    return mean, math.sqrt(math.fsum((x - mean) ** 2 for x in xs) / len(xs))
def check(folder, groups, miss):
    head, read = tensors(folder)
    offset, scale = read("scaling.offset"), read("scaling.scale")
    assert len(offset) == len(groups), (folder, len(offset))
    for j, group in enumerate(groups):
        mean, deviation = pair([row[k] for row in rows for k in group])
        assert abs(offset[j] - mean) < 1e-9, (folder, j, offset[j], mean)
        assert abs(scale[j] * deviation - 1) < miss, (folder, j, scale[j], deviation)
check("global", [range(60)], 1e-7)  # its scale is rounded to float32
check("channel", [range(j // 20 * 20, j // 20 * 20 + 20) for j in range(60)], 1e-12)
check("feature", [[j] for j in range(60)], 1e-12)
head, read = tensors("image")
assert "scaling.offset" not in head and head["__metadata__"]["scaling"] == "image"
PYTHON

# ---- resumed, to the same bits; another normalisation is another run
for how in channel image; do
    "$program" train --data colour.csv --net "$net" $go --epochs 2 --normalize $how --out part \
        --max-time 0.000001 >/dev/null 2>&1
    expect 0 "" "$program" train --resume part --max-time 0 --quiet
    expect 0 "" "$program" train --data colour.csv --net "$net" $go --epochs 2 --normalize $how --out whole
    [ "$(hash_of part)" = "$(hash_of whole)" ] || complain "normalize $how: a resumed run has other weights"
done
"$program" train --data colour.csv --net "$net" $go --epochs 2 --normalize image --out part \
    --max-time 0.000001 >/dev/null 2>&1
sed 's/"normalize": "image"/"normalize": "channel"/' part/config.json >changed.json &&
    mv changed.json part/config.json
expect 3 "scales its inputs" "$program" train --resume part --max-time 0 --quiet

# ---- a model file without its scaling, or with a changed one, is refused
python3 - <<'PYTHON'
blob = open("image/model.safetensors", "rb").read()
open("lost.safetensors", "wb").write(blob.replace(b'"scaling":"image"', b'"scaling":"imagf"'))
PYTHON
expect 3 "scaling" "$program" eval --model lost.safetensors --data colour.csv --shape 3x4x5

# ---- refused
expect 2 "expected one of: auto none range global channel feature image" \
    "$program" train --data colour.csv --normalize mean
expect 2 "columns have different units" "$program" train --data plain.csv --normalize global --epochs 1
expect 2 "columns have different units" "$program" train --data plain.csv --normalize image --epochs 1
expect 0 "" "$program" train --data plain.csv --normalize none --epochs 1 --lr 1e-4 --quiet --out kept
sed '3s/,[^,]*,/,3e39,/' plain.csv >far.csv
expect 3 "3e+39, which is too large for a float without scaling" "$program" train --data far.csv \
    --normalize none --epochs 1
expect 0 "the option normalize has no effect" "$program" eval --model kept --data plain.csv --normalize zca
expect 2 "some numbers are missing" \
    "$program" train --data gaps.csv --missing impute --normalize none --epochs 1
expect 0 "" "$program" train --data gaps.csv --missing impute --normalize feature --epochs 1 --quiet
expect 2 "did you mean --normalize" "$program" train --data plain.csv --standardize yes

[ "$failures" = 0 ] && echo "normalize: all as expected"
exit "$failures"
