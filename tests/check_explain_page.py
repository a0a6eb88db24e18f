#!/usr/bin/env python3
"""check_explain_page.py PROGRAM - see explain_browser.sh."""

import os
import re
import subprocess
import sys
import tempfile

import webdriver

TREE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NASTY = "<script>document.title='changed'</script>"  # the name of a class and of a folder
LEAST_TEXT = 9.0  # pixels: the height of the letters of the wiring on a phone
DENSE = "dense 20, tanh, dense 20, tanh, dense 3"
RESIDUAL = "dense 4, tanh, residual (dense 3, tanh, dense 4), tanh, dense 3"
# name of the page, rule, net, further options, arrows: forward, through weights, through feedback, exact
PAGES = [
    ("bp", "bp", DENSE, ["--data", "hostile.csv"], (4, 2, 0, 1)),
    ("fa", "fa", DENSE, ["--data", "hostile.csv"], (4, 0, 2, 1)),
    ("dfa", "dfa", DENSE, ["--data", "hostile.csv"], (4, 0, 2, 1)),
    ("ifa", "ifa", DENSE, ["--data", "hostile.csv"], (4, 1, 1, 1)),
    ("drtp", "drtp", DENSE, ["--data", "hostile.csv"], (4, 0, 2, 1)),
    ("conv", "dfa", "lenet", [], (6, 0, 4, 1)),
    ("residual", "bp", RESIDUAL, ["--data", "hostile.csv"], (7, 3, 0, 3)),
    ("deep", "fa", "resnet20", [], (18, 0, 9, 8)),
]
failures = 0


def expect(is_right, what):
    global failures
    if not is_right:
        print("FAILED:", what)
        failures += 1


# ---- What is wrong with an open page; each function returns a list of texts

ARROWS = """return ["forward", "weights", "random", "exact"].map(kind =>
    [...document.querySelectorAll(`.wiring > path.${kind}`)].filter(path => {
        const box = path.getBoundingClientRect(), style = getComputedStyle(path);
        return !path.classList.contains("trunk") && box.width + box.height > 5 && style.stroke !== "none" &&
            style.stroke !== getComputedStyle(document.body).backgroundColor; }).length);"""

# Texts of the wiring that lie over each other or leave their box or the picture, and the least font size.
TEXTS = """const svg = document.querySelector(".wiring"), out = [], all = [...svg.querySelectorAll("text")];
    const area = svg.getBoundingClientRect(), inside = (a, b) => a.left >= b.left - 1 &&
        a.right <= b.right + 1 && a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
    const boxes = [...svg.querySelectorAll("rect")].map(r => r.getBoundingClientRect());
    all.forEach((text, i) => {
        const a = text.getBoundingClientRect(), words = text.textContent;
        if (!inside(a, area)) out.push(`"${words}" leaves the picture`);
        if (text.classList.contains("mid") && !boxes.some(b => inside(a, b)))
            out.push(`"${words}" leaves its box`);
        for (const other of all.slice(i + 1)) {
            const b = other.getBoundingClientRect();
            if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
                Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4)
                out.push(`"${words}" lies over "${other.textContent}"`);
        }
    });
    const scale = area.width / svg.viewBox.baseVal.width;
    const size = Math.min(...all.map(t => parseFloat(getComputedStyle(t).fontSize) * scale));
    if (size < arguments[0]) out.push(`letters of ${size.toFixed(1)} pixels`);
    return out;"""

# Numbers of arrays that are wider than their place, and so run into each other.
NUMBERS = """return [...document.querySelectorAll(".values span")]
    .filter(s => s.scrollWidth > s.clientWidth + 1)
    .map(s => `the number ${s.textContent} is wider than its place`).slice(0, 3);"""

# The least contrast of texts with the page (WCAG 2), and whether the page scrolls sideways.
COLORS = """const light = color => { const [r, g, b] = color.match(/[\\d.]+/g).map(Number).map(v => v / 255)
        .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
    const page = light(getComputedStyle(document.body).backgroundColor), out = [];
    for (const e of document.querySelectorAll("h1,h2,h3,p,b,td,th,pre,span,.wiring text")) {
        const style = getComputedStyle(e), own = light(e.tagName === "text" ? style.fill : style.color);
        const contrast = (Math.max(own, page) + 0.05) / (Math.min(own, page) + 0.05);
        const words = e.textContent.slice(0, 20);
        if (contrast < 3) out.push(`"${words}" has a contrast of ${contrast.toFixed(1)}`);
    }
    if (document.documentElement.scrollWidth > window.innerWidth) out.push("the page scrolls sideways");
    return out.slice(0, 5);"""


def faults_of(browser, arrows):
    faults = browser.run(TEXTS, LEAST_TEXT) + browser.run(NUMBERS) + browser.run(COLORS)
    found = tuple(browser.run(ARROWS))
    if found != arrows:
        faults.append(f"arrows {found}, expected {arrows}")
    if browser.run("return document.querySelectorAll('script').length"):
        faults.append("the page has a script")
    return faults


def faults_of_logs(browser):
    """Messages of the console, and requests for other things than files of this folder."""
    faults = [f"the console says: {line['message']}" for line in browser.log("browser")]
    asked = browser.requests()
    if not any(url.endswith(".html") for url in asked):
        faults.append("no request was seen at all")
    here = ("file://" + os.path.abspath("."), "data:")
    return faults + [f"a request for {url}" for url in asked if not url.startswith(here)]


# ---- The pages

def make_pages(program):
    with open(f"{TREE}/examples/iris.csv", encoding="utf-8") as file:
        text = file.read()
    with open("hostile.csv", "w", encoding="utf-8") as file:
        file.write(text.replace(",setosa", f",{NASTY}"))
    for name, rule, net, options, _ in PAGES:
        subprocess.run([program, "explain", rule, "--net", net, *options, "--quiet", "--html",
                        f"{name}.html"], check=True)
    subprocess.run([program, "compare", "--data", f"{TREE}/examples/iris.csv", "--net", DENSE, "--rules",
                    "bp,fa,dfa,ifa,drtp", "--init", "fanin", "--epochs", "1", "--quiet", "--out", "runs"],
                   check=True, stdout=subprocess.DEVNULL)


def check_pages(browser):
    for name, _, _, options, arrows in PAGES:
        for width in (1200, 390):
            for theme in ("light", "dark"):
                browser.show(width, theme)
                browser.open(f"{name}.html")
                for fault in faults_of(browser, arrows):
                    expect(False, f"{name}, {width} pixels, {theme}: {fault}")
        if options:
            expect(NASTY in browser.run("return document.body.innerText"), f"{name}: the class is not shown")
        expect(browser.run("return document.title") == f"{dict((p[0], p[1]) for p in PAGES)[name]} "
               "– backless explain", f"{name}: another title")
    for fault in faults_of_logs(browser):
        expect(False, fault)


def check_colors(browser):
    """A rule has the colour of its curves in reports, in both themes, and no two of these rules share one."""
    for theme in ("light", "dark"):
        browser.show(1200, theme)
        browser.open("runs/report.html")
        curves = {rule: browser.run(
            "const b = [...document.querySelectorAll('.switch')].find(b => b.textContent.trim() === "
            "arguments[0]); return getComputedStyle(b.querySelector('.curve')).stroke", rule)
            for rule in ("bp", "fa", "dfa", "ifa", "drtp")}
        expect(len(set(curves.values())) == len(curves), f"{theme}: rules share a colour: {curves}")
        for rule, color in curves.items():
            browser.open(f"{rule}.html")
            drawn = set(browser.run("return [...document.querySelectorAll('.wiring > .signal')].map(p => "
                                    "getComputedStyle(p).stroke)"))
            expect(drawn == {color}, f"{theme}: signals of {rule} are {drawn}, its curves {color}")
            ahead = browser.run("return getComputedStyle(document.querySelector('.wiring > .forward'))"
                                ".stroke")
            expect(ahead != color, f"{theme}: forward arrows of {rule} have the colour of its signals")


def check_controls(browser):
    """Pages with a fault each; the check must find it."""
    with open("dfa.html", encoding="utf-8") as file:
        page = file.read()
    arrows, at = PAGES[2][4], page.index("<svg class=\"wiring")
    policy = re.search(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>", page).group()
    wrong = {
        "arrows": page[:at] + re.sub(r"<path class=\"signal random\"[^>]*>", "", page[at:], count=1),
        "leaves its box": page.replace(">dense 3</text>", ">dense 3, a text too long for the box</text>"),
        "lies over": re.sub(r"(<text class=\"label end halo\" x=\"\d+\") y=\"[\d.]+\"", r'\1 y="99"', page),
        "wider than its place": page.replace("</style>", ".values span{display:block;width:2em}</style>"),
        "contrast": page.replace("</style>", ".wiring text{fill:#ddd}</style>"),
        "scrolls sideways": page.replace("<h2>", "<h2 style='width:2000px'>", 1),
        "the console says": page.replace(policy, policy + "<script>console.error('x')</script>"),
        "a request for": page.replace(policy, "<link rel='stylesheet' href='http://127.0.0.1:9/x.css'>"),
    }
    browser.show(390, "light")
    browser.open("dfa.html")
    expect(not faults_of(browser, arrows), "the page without a fault has one")
    for fault, text in wrong.items():
        expect(text != page, f"\"{fault}\" changes nothing")
        with open("wrong.html", "w", encoding="utf-8") as file:
            file.write(text)
        faults_of_logs(browser)
        browser.open("wrong.html")
        found = faults_of(browser, arrows) + faults_of_logs(browser)
        expect(any(fault in other for other in found), f"a page with \"{fault}\" is not noticed: {found}")


def main():
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            browser = webdriver.Browser(folder)
        except OSError as error:
            print(f"SKIP: Chromium does not start: {error}")
            return 77
        try:
            make_pages(program)
            check_pages(browser)
            check_colors(browser)
            check_controls(browser)
        finally:
            browser.close()
            os.chdir("/")
    print("the pages are as expected" if failures == 0 else f"{failures} failures")
    return min(failures, 70)


if __name__ == "__main__":
    sys.exit(main())
