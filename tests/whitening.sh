#!/bin/sh
# whitening.sh PROGRAM - the option normalize zca from the command line to the model file: whitened training
# examples have the covariance V diag(lambda / (lambda + epsilon)) V^T, the matrix is numpy's where there is
# numpy; kept for eval, predict and resume, and in the user's cache; the same with any threads; refusals.
. "$(dirname "$0")/shell/expect.sh"
XDG_CACHE_HOME=$folder/cache
export XDG_CACHE_HOME
command -v python3 >/dev/null || { echo "SKIP: needs python3, which makes the images"; exit 77; }

# 90 images of 3 x 4 x 5 with correlated pixels, one of which never changes, as a table of pixels
python3 - <<'PYTHON'
import random
random.seed(11)
with open("pixels.csv", "w") as f:
    f.write(",".join(["label"] + ["pixel%d" % j for j in range(60)]) + "\n")
    for i in range(90):
        pixels, level = [], random.randrange(160)
        for j in range(60):
            level = max(0, min(255, level + random.randrange(-20, 21) + 9 * (i % 3) * (j % 2)))
            pixels.append(7 if j == 44 else level)
        f.write(",".join([str(i % 3)] + [str(x) for x in pixels]) + "\n")
with open("plain.csv", "w") as f:
    f.write("length,width,label\n")
    f.writelines("%g,%g,%s\n" % (i * 0.5, 100 - i, "ab"[i % 2]) for i in range(40))
PYTHON
net="conv 3 3x3, tanh, dense 3"
go="--data pixels.csv --shape 3x4x5 --rule dfa --seed 3 --quiet --no-angles --force --val 30 --epochs 2"
hash_of() { sed -n 's/.*"weights_hash": "\([0-9a-f]*\)".*/\1/p' "$1/result.json" 2>/dev/null; }

expect 0 "" "$program" train $go --net "$net" --out plain
expect 0 "" "$program" train $go --net "$net" --normalize "zca 0.1" --out whole --threads 1 --val "last 30"
expect 0 "" "$program" train $go --net "$net" --normalize "zca 0.1" --out other --threads 3 --val "last 30"
[ -n "$(hash_of whole)" ] || complain "normalize zca wrote no result"
[ "$(hash_of whole)" = "$(hash_of plain)" ] && complain "normalize zca trains as without it"
[ "$(hash_of other)" = "$(hash_of whole)" ] || complain "normalize zca with 3 threads ends otherwise"
grep -q '"normalize": "zca 0.1"' whole/config.json || complain "config.json does not say normalize zca"
cmp whole/model.safetensors other/model.safetensors >/dev/null 2>&1 ||
    python3 - <<'PYTHON' || complain "the matrix depends on threads"
import json, struct
def matrix(path):
    blob = open(path, "rb").read()
    n = struct.unpack("<Q", blob[:8])[0]
    begin, end = json.loads(blob[8:8 + n])["scaling.matrix"]["data_offsets"]
    return blob[8 + n + begin:8 + n + end]
assert matrix("whole/model.safetensors") == matrix("other/model.safetensors")
PYTHON

# ---- the matrix P and the mean m against the definition: C P (C + epsilon 1) P = C in exact arithmetic, for
# which no eigenvectors are needed; P is symmetric; and against numpy's eigenvectors
cat >oracle.py <<'PYTHON'
import json, math, struct, sys
epsilon = float(sys.argv[1])
rows = [[float(x) for x in line.split(",")[1:]] for line in open("pixels.csv").readlines()[1:61]]
blob = open("whole/model.safetensors", "rb").read()
size = struct.unpack("<Q", blob[:8])[0]
head = json.loads(blob[8:8 + size])
def read(name, letter):
    begin, end = head[name]["data_offsets"]
    width = 8 if letter == "d" else 4
    return struct.unpack("<%d%s" % ((end - begin) // width, letter), blob[8 + size + begin:8 + size + end])
assert head["__metadata__"]["scaling"] == "zca"
n = 60
m, flat = read("scaling.offset", "d"), read("scaling.matrix", "f")
P = [flat[i * n:(i + 1) * n] for i in range(n)]
mean = [math.fsum(row[j] for row in rows) / 60 for j in range(n)]
assert all(abs(m[j] - mean[j]) < 1e-10 for j in range(n)), "the mean"
assert all(P[i][j] == P[j][i] for i in range(n) for j in range(i)), "symmetric"
d = [[row[j] - mean[j] for j in range(n)] for row in rows]
C = [[math.fsum(x[i] * x[j] for x in d) / 59 for j in range(n)] for i in range(n)]
def times(A, B):
    T = list(zip(*B))
    return [[math.fsum(a * b for a, b in zip(r, t)) for t in T] for r in A]
shifted = [[C[i][j] + (epsilon if i == j else 0.0) for j in range(n)] for i in range(n)]
one = times(times(P, shifted), P)  # the identity; P is rounded to float32
miss = max(abs(one[i][j] - (i == j)) for i in range(n) for j in range(n))
assert miss < 1e-3, "P (C + epsilon) P differs from the identity by %g" % miss
try:
    import numpy
except ImportError:
    sys.exit(0)
x = numpy.array(rows)
values, V = numpy.linalg.eigh(numpy.cov(x, rowvar=False))
wanted = V @ numpy.diag(1 / numpy.sqrt(numpy.maximum(values, 0) + epsilon)) @ V.T
miss = numpy.abs(numpy.array(P) - wanted).max()
assert miss < 1e-6 * numpy.abs(wanted).max(), "numpy's P differs by %g" % miss
PYTHON
python3 oracle.py 0.1 || complain "the matrix is not that of ZCA"
python3 oracle.py 0.11 2>/dev/null && complain "the oracle takes any epsilon"

# ---- eval and predict whiten as training did
expect 0 "on 30 examples" "$program" eval --model whole --data pixels.csv --part val --shape 3x4x5
said=$(sed -n 's/.*"val_error":\([^,]*\).*/\1/p' whole/log.jsonl | tail -n 1)
[ -n "$said" ] || complain "the log has no validation error"
expect 0 "" "$program" predict --model whole --data pixels.csv --output predicted.csv

# ---- the user's cache. matrix.py FILE [digest] changes a number of the matrix, and the digest with it, which
# shows where a matrix came from: a run that takes it ends with other weights.
cat >matrix.py <<'PYTHON'
import json, struct, sys
path = sys.argv[1]
blob = bytearray(open(path, "rb").read())
size = struct.unpack("<Q", blob[:8])[0]
head = json.loads(blob[8:8 + size])
def span(name):
    begin, end = head[name]["data_offsets"]
    return 8 + size + begin, 8 + size + end
begin, end = span("scaling.matrix")
number = struct.unpack("<f", blob[begin:begin + 4])[0]
blob[begin:begin + 4] = struct.pack("<f", number * 1.5)
if sys.argv[2:]:
    digest = 0xcbf29ce484222325
    for byte in blob[slice(*span("scaling.offset"))] + blob[begin:end]:
        digest = (digest ^ byte) * 0x100000001b3 % 2**64
    old = head["__metadata__"]["digest"].encode()
    assert blob.count(old) == 1
    blob = blob.replace(old, b"%016x" % digest)
open(path, "wb").write(blob)
PYTHON
kept=$XDG_CACHE_HOME/backless/whitening
cached() { # a run in a new folder, because one that is there has a matrix too
    rm -rf other
    expect 0 "" "$program" train $go --net "$net" --normalize "zca 0.1" --out other --val "last 30" "$@"
}
[ "$(ls "$kept" | wc -l)" = 1 ] || complain "the cache has not one file, but: $(ls "$kept")"
first_file=$(ls "$kept"/*)
cp "$first_file" first
python3 matrix.py "$kept"/* digest
cached
[ "$(hash_of other)" != "$(hash_of whole)" ] || complain "the matrix of the cache is not taken"
cached --cache no
[ "$(hash_of other)" = "$(hash_of whole)" ] || complain "--cache no takes a matrix from the cache"
BACKLESS_CACHE=no cached
[ "$(hash_of other)" = "$(hash_of whole)" ] || complain "BACKLESS_CACHE=no takes a matrix from the cache"
cp first "$kept"/*
python3 matrix.py "$kept"/*
cached
[ "$(hash_of other)" = "$(hash_of whole)" ] || complain "a damaged file of the cache is taken"
cmp -s first "$kept"/* || complain "a damaged file of the cache is not written anew"
cached --normalize "zca 0.2"
rm -rf other
"$program" train $go --net "$net" --normalize "zca 0.1" --out other --val "last 29" >/dev/null 2>&1
[ "$(ls "$kept" | wc -l)" = 3 ] || complain "another epsilon or split has no file of its own: $(ls "$kept")"
XDG_CACHE_HOME=$folder/pixels.csv cached
[ "$(hash_of other)" = "$(hash_of whole)" ] || complain "without a cache the run ends otherwise"
XDG_CACHE_HOME=$folder/unused cached --cache no
[ ! -e unused ] || complain "--cache no writes to the cache"

# Of more than 8 files the one that was not used for the longest time is removed; one that was read is used.
for i in 1 2 3 4 5; do
    touch -d "2001-01-0$i" "$kept/zca-1-$i.safetensors"
done
: >"$kept/zca-1.txt"
touch -d 2000-01-01 "$first_file"
touch -d 2000-01-02 "$kept"/*-0.2000*
touch -d 2000-01-03 "$kept/zca-1.txt"
cached
cached --normalize "zca 0.3"
[ "$(ls "$kept" | wc -l)" = 9 ] || complain "the cache has not 8 files and another: $(ls "$kept")"
[ -e "$first_file" ] || complain "the file that was read before is removed from the cache"
for file in "$kept"/*-0.2000*; do
    [ ! -e "$file" ] || complain "a file that was used less lately is in the cache: $file"
done

# ---- a run that is resumed takes the matrix of its model: with another matrix in that file it goes on, and
# would be refused if the matrix were computed again
"$program" train $go --net "$net" --normalize "zca 0.1" --out part --val "last 30" --max-time 0.000001 \
    --cache no >/dev/null 2>&1
python3 matrix.py part/model.safetensors
expect 0 "" "$program" train --resume part --max-time 0 --quiet --cache no
[ -n "$(hash_of part)" ] && [ "$(hash_of part)" != "$(hash_of whole)" ] ||
    complain "a resumed run computes the matrix again"

# ---- resumed, to the same bits
rm -rf part
"$program" train $go --net "$net" --normalize "zca 0.1" --out part --val "last 30" --max-time 0.000001 \
    >/dev/null 2>&1
expect 0 "" "$program" train --resume part --max-time 0 --quiet
[ "$(hash_of part)" = "$(hash_of whole)" ] || complain "normalize zca: a resumed run ends otherwise"
"$program" train $go --net "$net" --normalize "zca 0.1" --out part --val "last 30" --max-time 0.000001 \
    >/dev/null 2>&1
sed 's/"normalize": "zca 0.1"/"normalize": "zca 0.2"/' part/config.json >changed.json &&
    mv changed.json part/config.json
expect 3 "scales its inputs" "$program" train --resume part --max-time 0 --quiet

# ---- with augmentation; damaged files; refusals
augmented() {
    expect 0 "" "$program" train $go --net "$net" --normalize zca --augment "pad-crop 1, flip" "$@" --cache no
}
augmented --out moved --threads 1
augmented --out moved3 --threads 3
[ "$(hash_of moved3)" = "$(hash_of moved)" ] || complain "augmentation and zca with 3 threads end otherwise"
sed 's/"scaling":"zca"/"scaling":"zcb"/' whole/model.safetensors >lost.safetensors
expect 3 "scaling" "$program" eval --model lost.safetensors --data pixels.csv --shape 3x4x5
sed 's/scaling.matrix/scaling.matriy/' whole/model.safetensors >lost.safetensors
expect 3 "scaling.matrix" "$program" eval --model lost.safetensors --data pixels.csv --shape 3x4x5
expect 2 "zca EPSILON" "$program" train --data pixels.csv --normalize "zca 0"
expect 2 "zca EPSILON" "$program" train --data pixels.csv --normalize "zca 1 2"
expect 2 "columns have different units" "$program" train --data plain.csv --normalize zca --epochs 1
expect 2 "did you mean --normalize" "$program" train --data plain.csv --whitening yes

[ "$failures" = 0 ] && echo "whitening: all as expected"
exit "$failures"
