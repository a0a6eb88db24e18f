#!/bin/sh
# clip.sh PROGRAM - the options clip-norm and clip-value from the command line: kept in config.json and the
# model file, resumed to the same bits, refused; and, with a Python that has PyTorch (BACKLESS_PEERS_PYTHON),
# steps are compared with clip_grad_norm_ and clip_grad_value_.
. "$(dirname "$0")/shell/expect.sh"
export BACKLESS_THREADS=1
cat >table.csv <<'TABLE'
a,b,c,label
0.5,-1.25,3,x
1.5,0.25,-2,y
-0.75,2,0.5,x
2.25,-0.5,1,y
0,1,-1,x
-1.5,-2,2.5,y
0.25,0.75,-3,x
3,1.5,0,y
TABLE
go="--data table.csv --net 'dense 5, tanh, dense 2' --rule bp --optimizer sgd --lr 0.5"
go="$go --schedule constant --batch 4"
train() { eval "expect 0 '' \"\$program\" train $go --init fanin --quiet --no-angles --force $*"; }
hash_of() { sed -n 's/.*"weights_hash": "\([0-9a-f]*\)".*/\1/p' "$1/result.json" 2>/dev/null; }

train --epochs 4 --out plain
for limit in "clip-norm 0.05" "clip-value 0.01"; do
    key=${limit% *} value=${limit#* }
    train --epochs 4 --$limit --out whole
    [ -n "$(hash_of whole)" ] || complain "$limit wrote no result"
    [ "$(hash_of whole)" = "$(hash_of plain)" ] && complain "$limit trains as no limit does"
    grep -q "\"$key\": \"$value\"" whole/config.json || complain "config.json does not say $limit"
    grep -q "\"$key\":\"$value\"" whole/model.safetensors || complain "the model file does not say $limit"
    train --epochs 4 --$limit --max-time 0.0000001 --out part
    [ "$(hash_of part)" = "$(hash_of whole)" ] &&
        complain "$limit: the run that is to be resumed has not stopped"
    expect 0 "" "$program" train --resume part --max-time 0 --quiet
    [ "$(hash_of part)" = "$(hash_of whole)" ] || complain "$limit: a resumed run has other weights"
done
train --epochs 4 --clip-norm 0 --clip-value 0 --out off
[ "$(hash_of off)" = "$(hash_of plain)" ] || complain "clip-norm 0 changes the bits"

expect 2 "one of the two" "$program" train --data table.csv --clip-norm 1 --clip-value 1
expect 2 "use memory normal" "$program" train --data table.csv --clip-norm 1 --memory low
expect 2 "from 1e-6 to 1000" "$program" train --data table.csv --clip-norm -1
expect 2 "did you mean --clip-norm" "$program" train --data table.csv --max-grad-norm 1

# ---- the same steps by PyTorch in float64, with all examples in one batch, in the order of the file
if [ -z "${BACKLESS_PEERS_PYTHON:-}" ]; then
    echo "left out: comparison with PyTorch, because BACKLESS_PEERS_PYTHON names no Python with it"
else
    for limit in "clip-norm 0.05" "clip-value 0.01"; do
        train --batch 8 --epochs 0 --$limit --out torch
        cp torch/model.safetensors before.safetensors
        train --batch 8 --epochs 5 --$limit --out torch
        "$BACKLESS_PEERS_PYTHON" - $limit <<'PYTHON' || complain "$limit: the steps of PyTorch differ"
import csv, json, struct, sys
import torch
torch.set_default_dtype(torch.float64)
def tensors(path):
    blob = open(path, "rb").read()
    n = struct.unpack("<Q", blob[:8])[0]
    out = {}
    for name, entry in json.loads(blob[8:8 + n]).items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        kind = torch.float32 if entry["dtype"] == "F32" else torch.float64
        values = torch.frombuffer(bytearray(blob[8 + n + begin:8 + n + end]), dtype=kind)
        out[name] = values.reshape(entry["shape"]).double()
    return out
def steps(limit, value):
    before = tensors("before.safetensors")
    names = ["0.dense.weight", "0.dense.bias", "1.dense.weight", "1.dense.bias"]
    params = [before[name].clone().requires_grad_() for name in names if name in before]
    assert len(params) == 4, sorted(before)
    rows = list(csv.reader(open("table.csv")))[1:]
    x = torch.tensor([[float(v) for v in row[:3]] for row in rows])
    x = (x - before["scaling.offset"]) * before["scaling.scale"]
    y = torch.tensor(["xy".index(row[3]) for row in rows])
    optimizer = torch.optim.SGD(params, lr=0.5)
    for _ in range(5):
        optimizer.zero_grad()
        h = torch.tanh(x @ params[0].T + params[1])
        torch.nn.functional.cross_entropy(h @ params[2].T + params[3], y).backward()
        if limit == "clip-norm":
            torch.nn.utils.clip_grad_norm_(params, value)
        elif limit == "clip-value":
            torch.nn.utils.clip_grad_value_(params, value)
        optimizer.step()
    after = tensors("torch/model.safetensors")
    return max((after[name] - p.detach()).abs().max().item() for name, p in zip(names, params))
limit, value = sys.argv[1].lstrip("-"), float(sys.argv[2])
off, control = steps(limit, value), steps("none", 0.0)
print(f"{limit}: largest difference {off:.2g}, without the limit {control:.2g}")
assert off < 1e-6, off          # float32 sums of 8 terms, weights of about 1, five steps
assert control > 1e-2, control  # control: without the limit the weights differ
PYTHON
    done
fi

[ "$failures" = 0 ] && echo "clip: all as expected"
exit "$failures"
