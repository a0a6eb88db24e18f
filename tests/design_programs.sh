#!/bin/sh
# design_programs.sh PROGRAM - the programs in docs/design.md are what backless explain prints, without the
# costs: each is the whole program of the rule that is named before it, or its stages from the error on.
design=$(cd "$(dirname "$0")/../docs" && pwd)/design.md
. "$(dirname "$0")/shell/expect.sh"

cat >compare.py <<'END'
import re, subprocess, sys

program, path = sys.argv[1:]
NET = re.compile(r"[Oo]n `([^`]*dense[^`]*)`")


def printed(rule, net, options):
    out = subprocess.run([program, "explain", rule, "--net", net, "--shape", "1x4x4", "--program"] + options,
                         capture_output=True, text=True, check=True).stdout
    lines = [re.sub(r"  \(\d+\)$", "", line) for line in out.split("\nbuffer ")[0].splitlines()
             if line.strip()]
    first = next(i for i, line in enumerate(lines) if line.startswith("stage 0,"))
    return lines[first:]




net, words, found = None, "", []
blocks = re.split(r"\n\n", open(path, encoding="utf-8").read())
for block in blocks:
    if not re.match(r"    stage \d+, block", block):
        words = block
        net = NET.search(block).group(1) if NET.search(block) else net
        continue
    start = re.match(r"`(\w+)`", words)
    rule = start.group(1) if start else re.search(r"`(\w+)`:$", words).group(1)
    options = re.findall(r"`(--modules) (\w+)`", words)
    options = list(options[0]) if options else []
    shown = [line[4:] for line in block.rstrip("\n").split("\n")]
    real = printed(rule, net, options)
    if shown != real[len(real) - len(shown):]:
        sys.exit("design.md: the program of %s on \"%s\" is not what explain prints:\n%s" %
                 (rule, net, "\n".join(real)))
    if shown != real and not any(line.lstrip().startswith("loss") for line in real[:len(real) - len(shown)]):
        sys.exit("design.md: the program of %s on \"%s\" begins before the error, but not with stage 0" %
                 (rule, net))
    found.append((rule, net))
nets = sorted(set(net for _, net in found))
for net in nets:
    rules = set(rule for rule, at in found if at == net)
    if rules != ({"dfa"} if "layernorm" in net else {"bp", "dfa", "drtp", "ifa", "pepita"}):
        sys.exit("design.md: on \"%s\" stand the programs of %s" % (net, ", ".join(sorted(rules))))
if len(nets) != 3:
    sys.exit("design.md: programs of %d nets, expected 3" % len(nets))
END
expect 0 "" python3 compare.py "$program" "$design"

# Negative control: one changed number in one program is found.
sed 's/push_add        reads delta\[2\]/push_add        reads delta[1]/' "$design" >wrong.md
cmp -s wrong.md "$design" && complain "nothing was changed for the negative control"
expect 1 "the program of ifa" python3 compare.py "$program" wrong.md
exit "$failures"
