"""webdriver.py - controls a page in headless Chromium by ChromeDriver's protocol (W3C WebDriver), with
Python's standard library only."""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

SECONDS = 120  # long, because the machine may be slow or busy


def driver_path():
    """The path of ChromeDriver; None if it is not installed."""
    return shutil.which("chromedriver") or shutil.which("chromedriver", path="/usr/lib/chromium")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Browser:
    """One browser session. The caller provides the folder for profile and caches."""

    def __init__(self, folder):
        self.address = f"http://127.0.0.1:{free_port()}"
        self.session = ""
        self.process = subprocess.Popen(
            [driver_path(), "--port=" + self.address.rsplit(":", 1)[1]],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "HOME": folder})
        try:
            self._wait()
            arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                         "--window-size=1280,900", f"--user-data-dir={folder}/profile"]
            wanted = {"browserName": "chrome", "goog:chromeOptions": {"args": arguments},
                      "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
            answer = self.call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
            self.session = "/session/" + answer["sessionId"]
            self.open_blank()
        except Exception:
            self.close()
            raise

    def _wait(self):
        end = time.monotonic() + SECONDS
        while True:
            try:
                return self.call("GET", "/status")
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise
                time.sleep(0.1)

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + self.session + path, data,
                                         {"Content-Type": "application/json"}, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=SECONDS) as answer:
            return json.load(answer)["value"]

    def command(self, name, **parameters):
        """Runs a command of the DevTools protocol."""
        return self.call("POST", "/goog/cdp/execute", {"cmd": name, "params": parameters})

    def run(self, script, *arguments):
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def open_blank(self):
        """Replaces the browser's start page by an empty one, and discards its logged requests."""
        self.call("POST", "/url", {"url": "about:blank"})
        self.log("browser")
        self.log("performance")

    def open(self, path):
        self.call("POST", "/url", {"url": "file://" + os.path.abspath(path)})

    def log(self, kind):
        return self.call("POST", "/se/log", {"type": kind})

    def requests(self):
        """The addresses of all requests since the last call."""
        messages = [json.loads(line["message"])["message"] for line in self.log("performance")]
        return [message["params"]["request"]["url"] for message in messages
                if message["method"] == "Network.requestWillBeSent"]

    def show(self, width, theme):
        """Sets the width of the window in pixels (a phone's below 500), and the theme, light or dark."""
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1,
                     mobile=width < 500)
        self.command("Emulation.setEmulatedMedia",
                     features=[{"name": "prefers-color-scheme", "value": theme}])

    def move(self, x, y):
        """Moves the pointer to a position in pixels of the window."""
        self.command("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def close(self):
        try:
            if self.session:
                self.call("DELETE", "")
        except OSError:
            pass
        self.process.terminate()
        self.process.wait()
