#!/bin/sh
# explain_browser.sh PROGRAM - the pages of backless explain --html in Chromium, for dense, convolutional,
# residual and deep nets, at desktop and phone width, light and dark: no request, no message on the console,
# the arrows are there, no text leaves its place or lies over another one, names from files stay text, and
# each rule has the colour of its curves in reports. Needs Python and Chromium with ChromeDriver (Debian:
# chromium-driver).
set -eu
if ! python3 -c 'import json' 2>/dev/null; then
    echo "SKIP: no python3"
    exit 77
fi
if ! command -v chromedriver >/dev/null && [ ! -x /usr/lib/chromium/chromedriver ]; then
    echo "SKIP: chromedriver is not installed (Debian: chromium-driver)"
    exit 77
fi
exec python3 "$(dirname "$0")/check_explain_page.py" "$1"
