#!/bin/sh
# explain.sh PROGRAM - backless explain: a rule's equation and cost; the program of a step as text and as
# JSON, whose stages and operands fit together for every rule; and the arguments that it refuses.
. "$(dirname "$0")/shell/expect.sh"

net="dense 100, tanh, dense 30, tanh, dense 10"
expect 0 "signal_l = e B_l" "$program" explain dfa
expect 0 "doi:10.1038/323533a0" "$program" explain bp
expect 0 "order of error signals: on forward" "$program" explain drtp --net "$net"
expect 0 "forward 4900, signal 3300, gradient 4900" "$program" explain bp --net "$net" --shape 1x4x4
expect 0 "numbers that the optimiser steps: 5040" "$program" explain bp --net "$net" --shape 1x4x4
grep -q "^stage" out.txt && complain "a program is printed without --program"

# program_of RULE STAGES TASKS_LINE: the program has this number of stages, and its text this line
program_of() {
    expect 0 "$3" "$program" explain "$1" --net "$net" --shape 1x4x4 --program
    found=$(sed -n 's/^stage \([0-9]*\).*/\1/p' out.txt | tail -n 1)
    [ "$found" = "$2" ] || complain "$1: last stage $found, expected $2"
}
program_of bp 6 "pull            reads all of delta[2], columns of weights[2]; writes signal[1]  (300)"
program_of fa 6 "columns of feedback[2]"
program_of dfa 4 "stage 4, block 0, 2 tasks"
program_of drtp 4 "product         reads all of targets[0], feedback[0]; writes signal[0]  (1000)"
program_of ifa 6 "push            reads all of delta[0], weights[1]; writes signal[1]  (3000)"
program_of pepita 7 "disturb         reads all of delta[2], all of feedback[0], all of input[0]; \
writes all of input[0]  (160)"
program_of usf 6 "signs           reads weights[2]; writes feedback[2]"
program_of kp 6 "update_feedback reads gradient[2], feedback[2]; writes feedback[2]"
program_of dkp 4 "learn_feedback  reads all of delta[2], output[0], feedback[0]; writes feedback[0]"
program_of frozen 4 "update_fused"

# Options that decide whether gradient and update are one instruction, and which outputs are computed twice.
expect 0 "    update_fused" "$program" explain bp --net "$net" --program
expect 0 "    gradient " "$program" explain bp --net "conv 4 3x3, tanh, dense 10" --program
expect 0 "writes output[0]; repeated" "$program" explain dfa --memory low --program \
    --net "dense 20, tanh, dense 20, tanh, dense 20, tanh, dense 10"
"$program" explain dfa --net "$net" --program >out.txt
grep -q "repeated" out.txt && complain "a repeated forward in normal memory"
"$program" explain dfa --net "$net" --batch 32 --program >small.txt
grep -q "input\[0\] *100352 " small.txt || complain "the input of 32 examples is not 100352 bytes"

cat >check.py <<'END'
import json, sys
j = json.load(sys.stdin)
items, last = j["instructions"], -1
assert j["equation"] and j["about"] and j["order"] and j["net"], "who it is"
stages = {}
for item in items:
    assert item["stage"] >= last, "stages are in order"
    last = item["stage"]
    for o in item["operands"]:
        assert o["reads"] or o["writes"]
        own = (item["group"], o["extent"] == "range")
        stages.setdefault((item["stage"], o["buffer"].replace("signal", "delta"), o["block"]), []).append(
            (own, o["writes"]))
assert sorted(set(i["stage"] for i in items)) == list(range(last + 1)), "no stage is empty"
for place, accesses in stages.items():  # no task accesses what another task of the stage writes
    if any(writes for _, writes in accesses):
        assert len(set(own for own, _ in accesses)) == 1, place
total = sum(i["macs"] for i in items if not i["repeated"])
assert total == sum(j["macs"].values()), "the parts are the whole"
touched = set((o["buffer"].replace("signal", "delta"), o["block"]) for i in items for o in i["operands"])
assert touched == set((b["name"], b["block"]) for b in j["buffers"]), "every buffer is listed"
assert all(b["bytes"] > 0 and b["first_stage"] <= b["last_stage"] for b in j["buffers"])
END
for rule in $("$program" rules | sed '1d; s/ .*//'); do
    for memory in normal low; do
        case $rule-$memory in bp-low | fa-low | usf-low | kp-low | ifa-low | pepita-low) continue ;; esac
        "$program" explain "$rule" --net "$net" --memory $memory --program --json >json.txt ||
            complain "no JSON of $rule"
        python3 check.py <json.txt || complain "the JSON of $rule, memory $memory"
    done
done

# A net of 500 blocks, whose text is longer than bench accepts.
deep=$(awk 'BEGIN { for (i = 0; i < 500; i++) printf "dense 3, tanh, "; print "dense 10" }')
expect 0 "weights[500]" "$program" explain bp --net "$deep" --program

expect 2 "usage: backless explain RULE" "$program" explain
expect 2 "no rule \"nope\"" "$program" explain nope
expect 2 "given twice" "$program" explain dfa --rule bp
expect 2 "expected channels, rows and columns" "$program" explain dfa --shape 28
expect 2 "needs the outputs of all blocks" "$program" explain bp --memory low
expect 2 "not defined with the option modules" "$program" explain ifa --modules 2 --net "$net"
expect 2 "expected layer, residual, or the number" "$program" explain dfa --modules 0
expect 2 "not defined for this net" "$program" explain ifa --net "conv 4 3x3, tanh, maxpool 2, dense 10"
expect 2 "it must begin with a layer that has weights" "$program" explain dfa --net "tanh"
expect 2 "it must end with the output" "$program" explain dfa --net "conv 4 3x3, tanh"
exit "$failures"
