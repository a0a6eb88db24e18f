#!/usr/bin/env python3
"""check_report.py PROGRAM - see check_report.sh."""

import csv
import html.parser
import json
import math
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

import webdriver

MOST_BYTES = 2_000_000  # the size of a report of 60 runs of 300 epochs
MOST_SECONDS = 2.0  # the time to open it on an otherwise idle machine, median of three
NASTY = '<script>alert("x")</script>'  # the name of a class, which must be escaped
failures = 0
program = os.path.abspath(sys.argv[1])


def expect(is_right, what):
    global failures
    if not is_right:
        print("FAILED:", what)
        failures += 1


def backless(*arguments, code=0):
    done = subprocess.run([program, *arguments], capture_output=True, text=True)
    expect(done.returncode == code,
           f"{' '.join(arguments)}: exit {done.returncode}, expected {code}: {done.stderr}")
    return done


class Page(html.parser.HTMLParser):
    """A parsed report: names of its elements, its text, its links, and the rows of its CSV."""

    def __init__(self, path):
        super().__init__()
        self.names, self.texts, self.values, self.script = [], [], [], None
        self.links, self.pre, self.in_pre = [], [], False
        with open(path, encoding="utf-8") as file:
            self.source = file.read()
        self.feed(self.source)
        self.close()

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.names.append(tag)
        self.links += [attrs[key] for key in ("src", "href") if key in attrs]
        self.script = attrs.get("id", "code") if tag == "script" else None
        self.in_pre = tag == "pre"
        if self.in_pre:
            self.pre.append("")

    def handle_endtag(self, tag):
        self.script = None
        self.in_pre = False

    def handle_data(self, data):
        if self.script == "csv":
            self.values = list(csv.DictReader(data.strip().splitlines()))
        elif self.script is None:
            self.texts.append(data)
        if self.in_pre:
            self.pre[-1] += data


def log_lines(run):
    with open(f"{run}/log.jsonl", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def records(run):
    """Pairs (record, figures) of the log of a run, in the order of the table in the page."""
    for line in log_lines(run):
        for early in line.get("early_angles", []):
            yield "step", {**early, "epoch": line["epoch"]}
        yield "epoch", line


def check_values(page, runs):
    """Every figure of the logs occurs in the page with the same value."""
    keys = ("epoch", "step", "train_loss", "train_error", "test_loss", "test_error", "lr", "seconds")
    blocks = {"flat": "angle_flat", "sample": "angle_sample", "update": "angle_update",
              "weight": "angle_weight",
              "signal_norm": "signal_norm", "bp_norm": "bp_norm", "weight_norm": "weight_norm"}
    compared = 0
    for number, run in enumerate(runs):
        rows = [row for row in page.values if row["run"] == str(number)]
        lines = list(records(run))
        expect(len(rows) == len(lines), f"{run}: {len(rows)} rows, but {len(lines)} records")
        elapsed = 0.0
        for row, (record, line) in zip(rows, lines):
            expect(row["record"] == record, f"{run}: a {row['record']} in the place of a {record}")
            pairs = [(key, line.get(key)) for key in keys if key in row]
            for block, angles in enumerate(line.get("angles") or []):
                pairs += [(f"{blocks[key]}_{block}", value) for key, value in angles.items()
                          if f"{blocks.get(key)}_{block}" in row]
            for column, value in pairs:
                text = row[column]
                expect(text == "" if value is None else text != "" and float(text) == value,
                       f"{run}: {column} is \"{text}\", the log says {value}")
                compared += value is not None
            if record == "epoch":
                elapsed += line["seconds"]
                expect(math.isclose(float(row["elapsed"]), elapsed, rel_tol=1e-12), f"{run}: elapsed")
    expect(compared > 20 * len(runs), f"{compared} figures were compared")


def train(out, *options):
    backless("train", "--data", "t.csv", "--test-fraction", "0.3", "--net",
             "dense 9, tanh, dense 7, tanh, dense 3", "--threads", "1", "--quiet", "--out", out, *options)


def make_runs():
    random.seed(7)
    with open("t.csv", "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["a", "b", "label"])
        for i in range(240):
            table.writerow([i % 7, (i * i) % 11 + random.random(),
                            [NASTY, "u & 'v'", "w"][i * i % 3 if i % 5 else 2]])
    for rule in ("bp", "dfa"):
        for seed in ("1", "2", "3"):
            train(f"runs/{rule}/{seed}", "--rule", rule, "--seed", seed, "--epochs", "12")
    train("alone", "--rule", "fa", "--epochs", "3", "--lr", "0.02")


def check_static(page):
    expect(page.source.startswith("<!DOCTYPE html>"), "no HTML")
    expect(page.names.count("script") == 2,
           f"{page.names.count('script')} script elements, expected data and code")
    expect(any(NASTY in text for text in page.texts), "the class is not shown as text")
    expect(all(link.startswith("data:") for link in page.links),
           f"links: {[l for l in page.links if not l.startswith('data:')]}")
    expect(not re.search(r"url\(|@import", page.source), "styles from elsewhere")
    expect("default-src 'none'" in page.source, "no security policy")
    n_charts = page.source.count('class="chart"')
    expect(n_charts >= 10, f"{n_charts} charts")
    expect('data-y="seconds"' in page.source, "no chart of the seconds of each epoch")
    expect('class="confusion"' in page.source, "no confusion matrix")
    expect("Mistakes with the highest scores" in page.source, "no mistakes")
    expect("NaN" not in page.source.split("<script", 1)[0]
           and "nan" not in re.findall(r' d="([^"]*)"', page.source), "nan in a path")


def check_bands(page):
    """Three seeds are drawn as a band, with mean and deviation in the summary; two are drawn as lines."""
    expect('class="band"' in page.source, "no band over three seeds")
    final = [log_lines(f"runs/bp/{seed}")[-1]["test_error"] for seed in (1, 2, 3)]
    mean = sum(final) / 3
    text = f"{100 * mean:.2f} % "
    deviation = math.sqrt(sum((x - mean) ** 2 for x in final) / 2)
    expect(text in page.texts, f"the summary has no test error {text}")
    expect(f"± {100 * deviation:.2f} %" in page.texts, f"the summary has no ± {100 * deviation:.2f} %")
    two = Page("two.html")
    expect('class="band"' not in two.source, "a band over two seeds")
    expect(two.source.count('class="line') == 2 * two.source.count('class="chart"'),
           "two runs are two lines in each chart")


def check_command(page):
    """The command that the page shows trains weights with the same bits."""
    expect(len(page.pre) == 1, f"{len(page.pre)} commands, expected one")
    done = subprocess.run(["sh", "-c", page.pre[0].replace("backless", f"'{program}'", 1) +
                           " --out again --quiet --no-report"],
                          capture_output=True, text=True)
    expect(done.returncode == 0, f"{page.pre[0]}: {done.stderr}")
    if done.returncode == 0:
        hashes = [json.load(open(f"{run}/result.json"))["weights_hash"] for run in ("again", "alone")]
        expect(hashes[0] == hashes[1],
               f"{page.pre[0]}: other weights")
    expect(not os.path.exists("again/report.html"), "--no-report writes one")


def check_long_path():
    """The command contains the whole path of the data, also if a buffer of fixed size would end inside one of
    its three-byte characters."""
    folder = "\u20ac" * 60
    os.mkdir(folder)
    for start in ("", "a", "ab"):
        path = f"{folder}/{start}" + "\u20ac" * 40 + ".csv"
        shutil.copy("t.csv", path)
        backless("train", "--data", path, "--net", "dense 3", "--rule", "linear", "--epochs", "1", "--quiet",
                 "--out", "long", "--force")
        expect(path in Page("long/report.html").pre[0], f"the command has not the path {path}")


def check_missing():
    """The page names what is missing: the model, the data, the options."""
    shutil.copytree("alone", "less")
    os.remove("less/model.safetensors")
    backless("report", "less", "-o", "less.html", "--quiet")
    expect("Not there: " in Page("less.html").source and "model.safetensors" in Page("less.html").source,
           "a model that is missing is not told")
    os.rename("t.csv", "moved.csv")
    backless("report", "alone", "-o", "moved.html", "--quiet")
    expect("t.csv" in "".join(re.findall(r"Not there: [^<]*", Page("moved.html").source)),
           "data that are missing are not told")
    os.rename("moved.csv", "t.csv")
    shutil.copytree("alone", "bare")
    os.remove("bare/config.json")
    backless("report", "bare", "-o", "bare.html", "--quiet")
    expect("no config.json" in Page("bare.html").source, "options that are missing are not told")


def groups(path):
    return Page(path).source.count('class="switch"')


def check_ends():
    """The commands that train print the path of their report, which shows exactly their runs; the report of a
    run that is replaced is removed."""
    options = ["--data", "t.csv", "--test-fraction", "0.3", "--epochs", "2"]
    options += ["--net", "dense 5, tanh, dense 3"]
    both = ["compare", *options, "--rules", "bp,dfa", "--out", "both"]
    expect("report in both/report.html" in backless(*both).stderr,
           "compare does not tell where its report is")
    expect(groups("both/report.html") == 2, "compare's report has not both rules")
    backless(*both, code=2)
    expect(os.path.exists("both/report.html"), "a comparison that was refused removes the report")
    backless(*both, "--force", "--no-report")
    expect(not os.path.exists("both/report.html"),
           "compare --force --no-report leaves the old report, or writes one")
    backless("compare", *options, "--rules", "bp", "--seeds", "2", "--tune", "lr", "--rates", "0.01,0.1",
             "--out", "tuned")
    judged = [name for name in os.listdir("tuned") if name.startswith("rule-")]
    shown = {row["run"] for row in Page("tuned/report.html").values}
    expect(len(shown) == len(judged),
           f"the report of --tune has {len(shown)} runs, but {len(judged)} were judged")

    sweep = ["sweep", *options, "--rule", "bp,dfa", "--lr", "0.01,0.1", "--out", "swept"]
    expect("report in swept/report.html" in backless(*sweep).stderr,
           "sweep does not tell where its report is")
    expect(groups("swept/report.html") == 4, "sweep's report has not its four settings")
    os.replace("swept/report.html", "swept.html")
    backless(*sweep, "--no-report")
    expect(not os.path.exists("swept/report.html"), "sweep --no-report writes one")

    train("replaced", "--epochs", "1")
    expect(os.path.exists("replaced/report.html"), "train --out writes no report")
    train("replaced", "--epochs", "1", "--force", "--no-report")
    expect(not os.path.exists("replaced/report.html"),
           "train --force --no-report leaves the old report, or writes one")


def check_refusals():
    os.makedirs("empty/below")
    backless("report", "empty", "-o", "x.html", code=3)
    backless("report", "nowhere", "-o", "x.html", code=3)
    backless("report", "-o", "x.html", code=2)
    backless("report", "alone", code=2)
    backless("report", "alone", "-o", "alone/log.jsonl", code=2)
    backless("report", "alone", "alone", "-o", "x.html", code=2)
    expect(not os.path.exists("x.html"), "a refused report was written")
    expect("<!DOCTYPE html>" in backless("report", "alone", "-o", "-").stdout, "-o - writes nothing")


def make_many():
    """Writes 60 runs of 300 epochs and three blocks; the figures are noise, so that simplifying the curves
    saves little."""
    config = json.load(open("alone/config.json"))
    for n in range(60):
        os.makedirs(f"many/{n:02}")
        config["options"].update({"seed": str(n % 3), "lr": f"{0.001 * (1 + n // 3)}",
                                  "rule": ["bp", "fa", "dfa", "ifa"][n // 3 % 4]})
        for key in ("weight-seed", "feedback-seed", "order-seed"):
            config["options"][key] = str(n % 3)
        with open(f"many/{n:02}/config.json", "w", encoding="utf-8") as file:
            json.dump(config, file)
        with open(f"many/{n:02}/log.jsonl", "w", encoding="utf-8") as file:
            for epoch in range(1, 301):
                noise = random.random
                line = {"epoch": epoch, "step": epoch * 100, "train_loss": noise() / epoch,
                        "train_error": noise() / 9, "test_loss": noise(),
                        "test_error": noise() / 7, "val_loss": None, "val_error": None, "lr": 0.1,
                        "seconds": 1 + noise(), "samples_per_second": 1e4 * noise(),
                        "angles": [{"block": b, "sample": 90 * noise(), "flat": 90 * noise(),
                                    "update": 90 * noise(), "signal_norm": noise(),
                                    "bp_norm": noise(), "weight": 90 * noise(), "weight_norm": 9 * noise()}
                                    for b in range(3)]}
                file.write(json.dumps(line) + "\n")


def check_many():
    make_many()
    backless("report", "many", "-o", "many.html", "--quiet")
    size = os.path.getsize("many.html")
    print(f"60 runs of 300 epochs: {size / 1e6:.2f} MB")
    expect(size < MOST_BYTES, f"60 runs of 300 epochs take {size} bytes, expected less than {MOST_BYTES}")
    page = Page("many.html")
    expect("main columns" in page.source, "columns are left out without a word")
    for number in (0, 59):
        last = [row for row in page.values if row["run"] == str(number)][-1]
        line = log_lines(f"many/{number:02}")[-1]
        expect(int(last["epoch"]) == 300 and float(last["test_error"]) == line["test_error"],
               f"run {number}: the last epoch is not there")


# ---- In the browser

CHART = 'svg.chart[data-y="test_error"][data-x="epoch"]'
PLACE = """const chart = document.querySelector(arguments[0]); chart.scrollIntoView({block: "center"});
    const b = chart.getBoundingClientRect(), [, , from, to] = chart.dataset.axisX.split(",").map(Number);
    return [b.left + (from + arguments[1] * (to - from)) / 460 * b.width, b.top + b.height / 2];"""
SHOWN = ('return [...document.querySelectorAll(arguments[0] + " .line")]'
         '.filter(e => e.getBoundingClientRect().width > 0).length;')


def check_page(browser):
    browser.open("report.html")
    expect(browser.run("return document.querySelectorAll('svg.chart .curve').length") >= 20, "no curves")
    expect(browser.run(SHOWN, CHART) == 2, "two groups are not two lines")
    # The pointer at the right end of the chart selects the last of the twelve epochs.
    browser.move(*browser.run(PLACE, CHART, 1.0))
    tip = browser.run("const t = document.getElementById('tip'); return t.hidden ? '' : t.innerText")
    expect("epoch 12" in tip, f"hovering shows \"{tip}\"")
    mean = sum(log_lines(f"runs/dfa/{seed}")[-1]["test_error"] for seed in (1, 2, 3)) / 3
    shown = re.search(r"dfa \(3 runs\)\s+(\S+) ±", tip)
    expect(shown and math.isclose(float(shown.group(1)), mean, rel_tol=1e-4, abs_tol=1e-12),
           f"hovering shows \"{tip}\", the mean is {mean}")
    browser.run("[...document.querySelectorAll('.switch')].find(b => b.textContent.trim() === 'dfa').click()")
    expect(browser.run(SHOWN, CHART) == 1, "a group that is switched off is still there")
    browser.move(*browser.run(PLACE, CHART, 0.5))
    tip = browser.run("return document.getElementById('tip').innerText")
    expect("dfa" not in tip and "bp" in tip, f"with dfa off, hovering shows \"{tip}\"")
    browser.run("[...document.querySelectorAll('.switch')].find(b => b.textContent.trim() === 'dfa').click()")
    expect(browser.run(SHOWN, CHART) == 2, "a group that is switched on again is not there")


def check_single(browser):
    """For a single run the value under the pointer has all digits of the log."""
    browser.open("alone.html")
    browser.move(*browser.run(PLACE, CHART, 1.0))
    tip = browser.run("return document.getElementById('tip').innerText")
    value = log_lines("alone")[-1]["test_error"]
    shown = re.search(r"fa\s+(\S+)$", tip)
    expect(shown and float(shown.group(1)) == value, f"hovering shows \"{tip}\", the log says {value}")


def check_widths(browser):
    """No element is wider than the window, also on a phone; the light and the dark theme differ."""
    colors = set()
    for width in (1280, 390):
        for theme in ("light", "dark"):
            browser.show(width, theme)
            browser.open("report.html")
            colors.add(browser.run("return getComputedStyle(document.body).backgroundColor"))
            expect(browser.run("return document.documentElement.scrollWidth") <= width,
                   f"wider than {width} pixels")
            browser.open("swept.html")
            high = browser.run("return Math.max(...[...document.querySelectorAll('.switch')]"
                               ".map(button => button.offsetHeight))")
            expect(high < 40, f"at {width} pixels the name of a group takes {high} pixels, several lines")
    expect(len(colors) == 2, f"light and dark: {colors}")
    browser.command("Emulation.clearDeviceMetricsOverride")


def check_logs(browser):
    for line in browser.log("browser"):
        expect(False, f"the console says: {line['message']}")
    asked = browser.requests()
    expect(any(url.endswith("report.html") for url in asked), "no request was seen at all")
    outside = [url for url in asked if not url.startswith(("file://" + os.getcwd(), "data:"))]
    expect(not outside, f"requests: {outside}")


def check_opening(browser):
    """The time to open the report is always printed; it can fail the test only while the machine is not busy
    with other processes."""
    seconds = []
    for _ in range(3):
        begin = time.monotonic()
        browser.open("many.html")
        seconds.append(time.monotonic() - begin)
    median = sorted(seconds)[1]
    print(f"60 runs of 300 epochs: opened in {median:.2f} s")
    if os.getloadavg()[0] > os.cpu_count():
        print("left out: the bound of the time to open a large page, because the machine is busy")
    else:
        expect(median < MOST_SECONDS,
               f"a page of 60 runs opens in {median:.2f} s, expected less than {MOST_SECONDS}")


def check_in_browser(folder):
    if not webdriver.driver_path():
        print("left out: the page in a browser, because chromedriver is not installed (Debian: "
              "chromium-driver)")
        return
    try:
        browser = webdriver.Browser(folder)
    except OSError as error:
        print(f"left out: the page in a browser, because Chromium does not start: {error}")
        return
    try:
        check_page(browser)
        check_single(browser)
        check_widths(browser)
        check_logs(browser)
        check_opening(browser)
        expect(browser.run(SHOWN, CHART) == 20, "20 groups are not 20 lines")
        said = [line["message"] for line in browser.log("browser")]
        expect(not said, f"the console says: {said}")
    finally:
        browser.close()


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        make_runs()
        expect(os.path.exists("alone/report.html"), "train --out writes no report")
        backless("report", "runs", "-o", "report.html", "--quiet")
        backless("report", "alone", "-o", "alone.html", "--quiet")
        backless("report", "runs/bp/1", "runs/bp/2", "-o", "two.html", "--quiet")
        expect(open("alone/report.html", "rb").read() == open("alone.html", "rb").read(),
               "train's report is another one")
        page = Page("report.html")
        check_values(page, [f"runs/{rule}/{seed}" for rule in ("bp", "dfa") for seed in (1, 2, 3)])
        check_static(page)
        check_bands(page)
        check_command(Page("alone.html"))
        check_long_path()
        check_missing()
        check_ends()
        check_refusals()
        if os.environ.get("QUICK_TESTS"):
            print("left out: 60 runs of 300 epochs, and the page in a browser (check_report_all has both)")
        else:
            check_many()
            check_in_browser(folder)
        os.chdir("/")
    print("the report shows what the logs say" if failures == 0 else f"{failures} failures")
    return min(failures, 70)


if __name__ == "__main__":
    sys.exit(main())
