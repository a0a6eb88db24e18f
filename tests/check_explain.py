#!/usr/bin/env python3
"""check_explain.py PROGRAM DATA NUMBERS - the numbers of `backless explain RULE --data` are the rule's. DATA
has classes; NUMBERS is a table of numbers whose last column is a real-valued target.

For bp, fa, dfa and ifa on two hidden layers of tanh with SGD, the whole step is computed again in double
precision from the printed example, weights, biases and feedback alone, and compared with every array that is
printed. With a real-valued target, features and target are also computed again from the table. For these and
other nets, rules and optimisers, every line of arithmetic is evaluated, once from its numbers and once from
the printed arrays that it names. A change of any single printed number must be noticed.
"""

import functools
import math
import re
import subprocess
import sys

NET = "dense 4, tanh, dense 4, tanh, dense 3"
TOLERANCE = 3e-5  # six digits are printed
NUMBER = ["--label", "petal_width", "--target", "number"]  # of the table of numbers
CASES = [  # rule, net, further options: their arithmetic is evaluated
    ("kp", NET, []), ("dkp", NET, []), ("usf", NET, []), ("adfa", NET, []), ("drtp", NET, []),
    ("pepita", NET, []), ("frozen", NET, []), ("linear", NET, []),
    ("dfa", NET, ["--optimizer", "adam"]), ("dfa", NET, ["--optimizer", "adam weight-decay 0.1"]),
    ("dfa", NET, ["--optimizer", "rmsprop"]), ("fa", NET, ["--optimizer", "sgd momentum 0.9"]),
    ("fa", NET, ["--optimizer", "sgd momentum 0.9 nesterov weight-decay 0.1"]),
    ("bp", NET, ["--optimizer", "sgd l2 0.1"]), ("bp", NET, ["--loss", "mse"]),
    ("dfa", NET, ["--loss", "bce"]),
    ("dfa", "dense 4, relu, dense 4, logistic, dense 4, softplus, dense 3", ["--example", "120"]),
    ("bp", "dense 4, batchnorm, tanh, dense 4 nobias, relu, dense 3", []),
    ("bp", "dense 4, tanh, residual (dense 3, tanh, dense 4), tanh, dense 3", []),
    ("dfa", "dense 4, tanh, residual (tanh, dense 4), tanh, dense 3", ["--modules", "residual"]),
    ("drtp", "dense 4, batchnorm, logistic, dense 4, tanh, dense 3", []),
    ("dkp", NET, ["--optimizer", "rmsprop"]),
    ("dfa", "dense 4, tanh, residual (dense 3, tanh, dense 4 | dense 4), tanh, dense 3", []),
    ("ifa", "dense 4, tanh, residual (dense 3, tanh, dense 4), tanh, dense 3", []),
    ("bp", "conv 2 2x2 pad 1, tanh, conv 2 2x2, relu, maxpool 2, dense 3", ["--shape", "1x2x2"]),
    ("fa", "conv 2 2x2 pad 1, tanh, conv 2 3x3 stride 2 pad 1, tanh, avgpool all, dense 3",
     ["--shape", "1x2x2"]),
    ("dfa", "dense 4, tanh, dense C", [*NUMBER, "--optimizer", "adam"]),
    ("kp", "dense 4, relu, dense 4, tanh, dense C", [*NUMBER, "--optimizer", "rmsprop"]),
    ("bp", "dense 4, batchnorm, tanh, dense C", NUMBER),
]
STATE = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}


class Wrong(Exception):
    """A printed number is not what the others give."""


class Step:
    def __init__(self, op, block):
        self.op, self.block = op, block
        self.read, self.written, self.lines = {}, {}, []

    def array(self, name):
        return self.written.get(name) or self.read.get(name)


@functools.lru_cache(maxsize=None)
def matches(line):
    """The head of a step, the head of an array with the first row and column that are printed, and numbers;
    None for what the line is not. Kept for each line, because thousands of parsed texts differ in one."""
    head = re.match(r"(\d+)\. (\w+), block (\d+)", line)
    array = re.match(r"    (reads |writes) (\S+)  (\d+) x (\d+)(.*)  \(", line)
    at = None
    if array:
        first = [int(n) for n in re.findall(r"(?:rows|columns) (\d+) to", array.group(5))]
        at = ([0, 0] + first)[-2:] if "rows" in array.group(5) and len(first) == 2 else \
            ((first[0], 0) if "rows" in array.group(5) else (0, first[0] if first else 0))
    is_numbers = re.fullmatch(r" {11}[ -].*", line) and re.fullmatch(r"[-+.e0-9infa ]+", line)
    return head, array, at, tuple(float(word) for word in line.split()) if is_numbers else None


def parse(text):
    """The options, the steps and the loss that the text ends with."""
    steps, options, target = [], {}, None
    body = text[text.index("\none step on example"):].splitlines()
    for line in body:
        head, array, at, numbers = matches(line)
        if head:
            steps.append(Step(head.group(2), int(head.group(3))))
        elif array:
            step, kind = steps[-1], array.group(1).strip()
            target = []
            (step.read if kind == "reads" else step.written)[array.group(2)] = (*at, target)
        elif numbers is not None and target is not None:
            target.append(list(numbers))
        elif steps and re.match(r" {6}\S| {7,}\S", line):
            target = None
            steps[-1].lines.append(line[6:])
        elif line.startswith("loss ce") or line.startswith("loss mse") or line.startswith("loss bce"):
            options = dict(part.split(" ", 1) for part in line.split(", "))
    loss = float(re.search(r"loss before the update: (\S+)", text).group(1))
    return options, steps, loss


def same(found, expected, what):
    if not abs(found - expected) <= TOLERANCE * (1.0 + abs(expected)):
        raise Wrong(f"{what} is {found!r}, expected {expected!r}")


# ---- The step again, in double precision

def first_read(steps, name):
    for step in steps:
        if name in step.read:
            return step.read[name][2]
    return None


def times(vector, matrix):  # v M
    return [sum(v * row[j] for v, row in zip(vector, matrix)) for j in range(len(matrix[0]))]


def transposed(matrix):
    return [list(column) for column in zip(*matrix)]


def recompute(rule, options, steps):
    """The values of all arrays, by name; those after the update are called "new W0" and so on."""
    rate, values = float(options["lr"]), {}
    x, y = first_read(steps, "x")[0], first_read(steps, "y")[0]
    weights = [first_read(steps, f"W{l}") for l in range(3)]
    biases = [first_read(steps, f"b{l}")[0] for l in range(3)]
    feedback = [first_read(steps, f"B{l}") for l in range(3)]
    h = [x]
    for l in range(3):
        a = [b + v for b, v in zip(biases[l], times(h[-1], transposed(weights[l])))]
        values[f"a{l}"] = [a]
        h.append([math.tanh(v) for v in a])
        if l < 2:
            values[f"h{l}"] = [h[-1]]
    scores = values["a2"][0]
    if options["loss"] == "mse":
        error = [v - t for v, t in zip(scores, y)]
        loss = sum(d * d for d in error) / 2
    else:
        total = sum(math.exp(v) for v in scores)
        error = [math.exp(v) / total - t for v, t in zip(scores, y)]
        loss = math.log(total) - sum(t * v for t, v in zip(y, scores))
    delta = [None, None, error]
    for l in ((0, 1) if rule == "ifa" else (1, 0)):
        if rule == "bp":
            signal = times(delta[l + 1], weights[l + 1])
        elif rule == "fa":
            signal = times(delta[l + 1], feedback[l + 1])
        elif rule == "dfa" or l == 0:
            signal = times(error, feedback[l])
        else:  # ifa: forward through the weights
            signal = times(delta[l - 1], transposed(weights[l]))
        values[f"s{l}"] = [signal]
        delta[l] = [s * (1.0 - v * v) for s, v in zip(signal, h[l + 1])]
        values[f"d{l}"] = [delta[l]]
    values["e"], values["x"], values["y"] = [error], [x], [y]
    for l in range(3):
        gradient = [[d * v for v in h[l]] for d in delta[l]]
        values[f"dW{l}"], values[f"db{l}"] = gradient, [delta[l]]
        values[f"W{l}"], values[f"b{l}"] = weights[l], [biases[l]]
        values[f"new W{l}"] = [[w - rate * g for w, g in zip(*rows)] for rows in zip(weights[l], gradient)]
        values[f"new b{l}"] = [[b - rate * d for b, d in zip(biases[l], delta[l])]]
        if feedback[l]:
            values[f"B{l}"] = feedback[l]
    return values, loss


def check_arrays(rule, options, steps, loss):
    values, expected_loss = recompute(rule, options, steps)
    same(loss, expected_loss, "the loss")
    n = 0
    for step in steps:
        for arrays, is_new in ((step.read, False), (step.written, step.op == "update")):
            for name, (_, _, rows) in arrays.items():
                expected = values[f"new {name}" if is_new else name]
                if [len(row) for row in rows] != [len(row) for row in expected]:
                    raise Wrong(f"{name} has another shape")
                for i, row in enumerate(rows):
                    for j, value in enumerate(row):
                        same(value, expected[i][j], f"{step.op} of block {step.block}: {name}[{i},{j}]")
                        n += 1
    return n


def check_example(path, example, text, steps):
    """Features and target of the table, standardised by mean and deviation of all rows, are x and y, and the
    text has the target as it is in the table."""
    with open(path, encoding="utf-8") as file:
        words = [line.strip().split(",") for line in file.readlines()[1:]]
    expected = []
    for column in zip(*words):
        numbers = [float(word) for word in column]
        mean = sum(numbers) / len(numbers)
        deviation = math.sqrt(sum((v - mean) ** 2 for v in numbers) / len(numbers))
        expected.append((numbers[example - 1] - mean) / deviation)
    found = first_read(steps, "x")[0] + first_read(steps, "y")[0]
    if len(found) != len(expected):
        raise Wrong(f"{len(found)} features and targets, expected {len(expected)}")
    for value, other in zip(found, expected):
        same(value, other, f"a number of example {example}")
    target = re.search(r", target (\S+)\n", text).group(1)
    if float(target) != float(words[example - 1][-1]):
        raise Wrong(f"target {target}, the table has {words[example - 1][-1]}")


# ---- The arithmetic

def statements(lines):
    """Lines that belong together: all after a line that begins with a name."""
    out = []
    for line in lines:
        if line[0] != " ":
            out.append(line)
        elif not line.strip().startswith("("):  # a remark
            out[-1] += " " + line.strip()
    return out


NAME = re.compile(r"(new |old )?([A-Za-z_]+\d*)\[(?:(\d+),)?(\d+)\]")


def element(step, match, is_result=False):
    new, name, row, col = match.group(1), match.group(2), int(match.group(3) or 0), int(match.group(4))
    is_after = new == "new " or (is_result and name in step.written) or name not in step.read
    arrays = step.written if is_after else step.read
    first_row, first_col, rows = arrays[name]
    if not (0 <= row - first_row < len(rows) and 0 <= col - first_col < len(rows[0])):
        return None  # beyond the numbers that are printed
    return rows[row - first_row][col - first_col]


def evaluate(step, expression, known):
    """NaN where it cannot be evaluated, because not all of its numbers are printed."""
    if "..." in expression or "numbers from" in expression or ("sum" in expression and "sum" not in known):
        return math.nan
    values = [element(step, match) for match in NAME.finditer(expression)]
    if None in values:
        return math.nan
    values = iter(values)
    python = NAME.sub(lambda match: f"({next(values)!r})", expression)
    python = python.replace("^", "**").replace(", else", " else")
    python = re.sub(r"(?<=[\d)])\s+(?=[\d(a-z])(?!if|else)", " * ", python)
    python = re.sub(r"\b(lr)\s+(?=[\d(a-z])", r"\1 * ", python)
    scope = {"exp": math.exp, "log": math.log, "tanh": math.tanh, "sqrt": math.sqrt, "cos": math.cos,
             "max": max, "mean": lambda *all: sum(all) / len(all), **STATE, **known}
    return eval(python, {"__builtins__": {}}, scope)  # pylint: disable=eval-used


def check_statement(step, statement, known):
    left, *right = statement.split(" = ")
    if left == "loss" and "outputs" in statement:
        return 0
    found = [evaluate(step, expression, known) for expression in right]
    matches = list(NAME.finditer(left))
    listed = element(step, matches[0], True) if matches else None
    found = [value for value in found if not math.isnan(value)]
    if not found:
        return 0
    known.setdefault("m" if left.startswith("new mean_") and "square" not in left else "v", found[-1])
    known[left] = found[-1]
    for value in found:
        same(value, found[-1] if listed is None else listed, f"{step.op} of block {step.block}: {statement}")
    return len(found)


def check_arithmetic(options, steps):
    n = 0
    for step in steps:
        known = {"lr": float(options["lr"])}
        for statement in statements(step.lines):
            n += check_statement(step, statement, known)
    return n


# ---- Runs

def explain(program, data, rule, net, more):
    command = [program, "explain", rule, "--net", net, "--data", data, "--quiet"] + more
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout


def check(rule, text):
    options, steps, loss = parse(text)
    return check_arrays(rule, options, steps, loss), check_arithmetic(options, steps)


def changed(text):
    """The text with each of its printed numbers changed in turn."""
    start = text.index("\n1. ")
    for match in re.finditer(r"(?<![\w\[,.])-?\d+\.\d+(?:e-?\d+)?(?![\w\]])", text):
        if match.start() > start:
            value = float(match.group())
            yield match.group(), text[:match.start()] + f"{value + 0.1 * (1.0 + abs(value)):.6g}" + \
                text[match.end():]


def check_whole_step(rule, text):
    arrays, lines = check(rule, text)
    assert arrays > 200 and lines > 30, (rule, arrays, lines)
    n = 0
    for number, other in changed(text):
        try:
            check(rule, other)
        except Wrong:
            n += 1
            continue
        sys.exit(f"{rule}: a change of the number {number} was not noticed")
    assert n > 250, n
    print(f"{rule}: {arrays} numbers and {lines} expressions agree; {n} changes of a number were noticed")


def check_targets(program, data, rule):
    """A step on a real-valued target; the numbers of another example must be noticed."""
    example = 60
    net = NET.replace("dense 3", "dense C")
    text = explain(program, data, rule, net, [*NUMBER, "--example", str(example)])
    check_whole_step(rule, text)
    steps = parse(text)[1]
    check_example(data, example, text, steps)
    try:
        check_example(data, example + 1, text, steps)
    except Wrong:
        return
    sys.exit("another example was not noticed")


def main():
    program, data, numbers = sys.argv[1:]
    for rule in ("bp", "fa", "dfa", "ifa"):
        check_whole_step(rule, explain(program, data, rule, NET, []))
        check_targets(program, numbers, rule)
    total = 0
    for rule, net, more in CASES:
        text = explain(program, numbers if more[:4] == NUMBER else data, rule, net, more)
        options, steps, _ = parse(text)
        lines = check_arithmetic(options, steps)
        assert lines >= 14, (rule, net, lines)
        total += lines
        longest = max(text[text.index("\n1. "):].splitlines(), key=len)
        assert len(longest) <= 80, (rule, net, longest)
    print(f"{len(CASES)} further cases: {total} expressions agree")


if __name__ == "__main__":
    try:
        main()
    except Wrong as wrong:
        sys.exit(f"check_explain.py: {wrong}")
