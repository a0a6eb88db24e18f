#!/bin/sh
# bench.sh PROGRAM - backless bench on tiny cases: its operation counts, the sum of the parts of a step, and
# refused arguments. Speed itself is not tested.
. "$(dirname "$0")/shell/expect.sh"
quick="--seconds 0.01 --batches 1 --threads 1"

# ---- a row for each case
expect 0 "GFLOP/s of multiply-adds" "$program" bench $quick --net "dense 5, tanh, dense 3" --shape 1x2x2 \
    --rules bp,fa,dfa,ifa,drtp --backends portable
for rule in bp fa dfa ifa drtp; do
    grep -qE "^own +1 +1 +portable +float32 +$rule +[0-9.]+ " out.txt ||
        { complain "no row for $rule"; cat out.txt; }
done
expect 0 "own" "$program" bench --seconds 0.01 --threads 1,2,1 --batches "2, 3" --rules dfa \
    --backends portable --net "conv 2 3x3, tanh, dense 3" --shape 2x5x4 --json two.json
[ "$(grep -c '^own ' out.txt)" = 4 ] ||
    { complain "not a row for each batch and number of threads"; cat out.txt; }

expect 0 "own" "$program" bench $quick --net "dense 5, tanh, dense 3" --shape 1x2x2 --rules bp,dfa \
    --backends portable --precisions bf16,float32
for precision in bf16 float32; do
    [ "$(grep -cE "^own .* portable +$precision " out.txt)" = 2 ] ||
        { complain "not two rows in $precision"; cat out.txt; }
done
expect 0 "own" "$program" bench $quick --net "dense 5, tanh, dense 3" --shape 1x2x2 --rules bp \
    --optimizer "sgd momentum 0.9" --json sgd.json
grep -q '"state": 344' sgd.json ||
    { complain "sgd with momentum keeps one number a weight, read and written"; cat sgd.json; }
expect 2 "optimizer" "$program" bench $quick --net "dense 3" --shape 1x2x2 --rules bp --optimizer magic
expect 2 "no precision" "$program" bench $quick --precisions fp8

# A rule that is not defined for the net is left out with one message; if it is the only rule, it is refused.
pooled="conv 2 3x3, tanh, maxpool 2, conv 2 3x3, tanh, dense 3"
expect 0 "own by ifa" "$program" bench --seconds 0.01 --threads 1,2 --batches 2 --rules ifa,dfa \
    --net "$pooled" --shape 1x9x9
[ "$(grep -c 'own by ifa' out.txt)" = 1 ] || { complain "ifa is not refused once"; cat out.txt; }
grep -qE "^own .* dfa " out.txt || { complain "dfa is defined for the net, but left out"; cat out.txt; }
expect 2 "own by ifa" "$program" bench $quick --rules ifa --net "$pooled" --shape 1x9x9

# ---- the counts of 784-800-800-10, and the parts of a step
expect 0 "2x800" "$program" bench --seconds 0.01 --batches 4 --threads 1,2 --nets 2x800 --rules bp,dfa \
    --json all.json
cat >check.py <<'END'
import json

report = json.load(open("all.json"))
assert json.load(open("two.json"))["cases"]
assert [p["threads"] for p in report["peaks"]] == [1, 2]
for peaks in report["peaks"]:
    assert peaks["flops"] > 0 and peaks["roots"] > 0 and peaks["bytes"] > 0
backends = {c["backend"] for c in report["cases"]}
assert "portable" in backends and len(report["cases"]) == 4 * len(backends)
forward = 784 * 800 + 800 * 800 + 800 * 10
signal = {"bp": 800 * 800 + 800 * 10, "dfa": 10 * 800 + 10 * 800}
for c in report["cases"]:
    macs = 2 * forward + signal[c["rule"]]
    assert c["macs"] == {"forward": forward, "signal": signal[c["rule"]], "gradient": forward, "all": macs}, c
    assert c["weights"] == forward + 800 + 800 + 10, c
    arithmetic = 2 * 4 * macs / c["flops"] + c["weights"] / c["roots"]
    feedback = {"bp": 0, "dfa": 4 * (10 * 800 + 10 * 800)}[c["rule"]]
    moved = {"weights": 8 * c["weights"], "state": 8 * c["weights"], "feedback": feedback}
    assert c["bytes"] == {**moved, "all": sum(moved.values()), "in_use": 8 * c["weights"] + feedback}, c
    memory = c["bytes"]["all"] / c["bandwidth"]
    assert abs(c["arithmetic"] - arithmetic) <= 1e-6 * arithmetic, c
    assert abs(c["memory"] - memory) <= 1e-6 * memory, c
    assert c["bound"] == max(c["arithmetic"], c["memory"]) and c["optimizer"] == "rmsprop", c
    assert abs(c["over_bound"] * c["bound"] - c["seconds"]) <= 1e-6 * c["seconds"], c
    assert c["seconds_low"] <= c["seconds"] <= c["seconds_high"], c
    assert c["rounds"] >= 5 and c["steps"] >= c["rounds"], c
    assert c["to_bp"] > 0 and (c["rule"] != "bp" or c["to_bp"] == 1), c
    split = c["split"]
    parts = [split[part] for part in ("forward", "error", "signal", "gradient", "update")]
    assert min(parts) >= 0 and sum(parts) <= c["threads"] * split["step"] * (1 + 1e-6), c
END
if command -v python3 >/dev/null 2>&1; then
    python3 check.py || { complain "the figures do not fit together"; cat all.json; }
else
    echo "left out: python3 is not installed"
fi

# ---- refused arguments
expect 2 "there are: 1x800" "$program" bench --nets 9x9
expect 2 "there are: bp" "$program" bench --rules bp,magic
expect 2 'no backend "abacus"' "$program" bench --backends abacus
expect 2 "1 to 65536" "$program" bench --batches 0
expect 2 "1 to 65536" "$program" bench --batches 64x
expect 2 "separated by commas" "$program" bench --batches 64,
expect 2 "1 to 1024" "$program" bench --threads 1025
expect 2 "above 0" "$program" bench --seconds 0
expect 2 "above 0" "$program" bench --seconds nan
expect 2 "above 0" "$program" bench --seconds 1s
expect 2 "of your own" "$program" bench --shape 1x2x2
expect 0 "own" "$program" bench $quick --net "2 x (dense 5, gelu), dense C" --shape 1x2x2 --rules bp
expect 0 "own" "$program" bench $quick --net lenet --rules bp --json lenet.json
grep -q '28' lenet.json || complain "lenet is not measured on the examples of its paper: $(cat lenet.json)"
expect 2 "expected a net that ends with a dense layer, \"dense 10\", or a net of backless nets" "$program" \
    bench --net lenet6
expect 2 "as in 3x32x32" "$program" bench --net "dense 3" --shape 28x28
expect 2 "as in 3x32x32" "$program" bench --net "dense 3" --shape 1x28x0
expect 2 "as in 3x32x32" "$program" bench --net "dense 3" --shape 1x28x28x
expect 2 "ends with a dense" "$program" bench --net "tanh"
expect 2 "no such layer" "$program" bench $quick --net "dance 4, dense 3"
expect 2 "did you mean --nets" "$program" bench --netts 2x800
expect 2 "unexpected argument" "$program" bench 2x800
expect 4 "no-such-folder" "$program" bench $quick --nets 1x800 --json no-such-folder/out.json
if [ -c /dev/full ]; then
    expect 4 "/dev/full" "$program" bench $quick --net "dense 3" --shape 1x2x2 --rules bp --json /dev/full
fi

[ "$failures" = 0 ] || { echo "$failures failed" && exit 1; }
echo "everything as expected"
