#!/usr/bin/env python3
"""web_server.py FOLDER [CERTIFICATE KEY] - a server on the loopback interface for tests/data_get.sh that
misbehaves on demand.

It sends FOLDER/body. The first part of a path says how: /right/x, /short/x, ... (see Handler.ways). The
system chooses the port, which is written to FOLDER/port (and FOLDER/tls_port with a certificate) when the
server is ready. FOLDER/log receives one line per request: the method, the path, the requested Range (or -).
As a proxy it logs and refuses any CONNECT. It runs until it is killed, at most LIFETIME seconds.
"""

import http.server
import os
import re
import ssl
import sys
import threading
import time

LIFETIME = 240  # seconds, in case the test that started it is killed
PIECE = 1000  # bytes that the slow answers send at once
TRICKLE_SECONDS = 0.1


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, folder, certificate=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = folder
        self.other_port = None
        with open(os.path.join(folder, "body"), "rb") as file:
            self.body = file.read()
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)

    def handle_error(self, request, client_address):
        pass  # clients that disconnect are part of the test


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def log_line(self):
        line = f"{self.command} {self.path} {self.headers.get('Range', '-')}\n"
        with open(os.path.join(self.server.folder, "log"), "a", encoding="utf-8") as log:
            log.write(line)

    def do_CONNECT(self):
        self.log_line()
        self.answer(403)

    def do_GET(self):
        self.log_line()
        self.close_connection = True
        way = self.path.split("/")[1]
        if way in self.ways:
            self.ways[way](self)
        else:
            self.answer(404)

    def answer(self, code, length=0, **headers):
        self.send_response(code)
        self.send_header("Content-Length", str(length))
        self.send_header("Connection", "close")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def range_start(self):
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        return int(match.group(1)) if match else 0

    def begin(self):
        """Sends the header of a correct answer, also to a Range; returns the bytes that must follow."""
        body, start = self.server.body, self.range_start()
        if start >= len(body):
            self.answer(416, Content_Range=f"bytes */{len(body)}")
            return b""
        if start > 0:
            self.answer(206, len(body) - start, Content_Range=f"bytes {start}-{len(body) - 1}/{len(body)}")
        else:
            self.answer(200, len(body))
        return body[start:]

    def right(self):
        self.wfile.write(self.begin())

    def no_range(self):
        self.answer(200, len(self.server.body))
        self.wfile.write(self.server.body)

    def refuses_range(self):
        if self.range_start() > 0:
            self.answer(416)
        else:
            self.no_range()

    def other_range(self):
        """Answers a Range with one that begins a byte too early, and declares it."""
        body, start = self.server.body, self.range_start()
        if start == 0:
            self.no_range()
            return
        self.answer(206, len(body) - start + 1,
                    Content_Range=f"bytes {start - 1}-{len(body) - 1}/{len(body)}")
        self.wfile.write(body[start - 1:])

    def short(self):
        rest = self.begin()
        self.wfile.write(rest[:len(rest) // 2])

    def ends_early(self):
        """Sends half of the body, with the length of that half."""
        half = self.server.body[:len(self.server.body) // 2]
        self.answer(200, len(half))
        self.wfile.write(half)

    def wrong(self):
        """Sends the body with one changed bit."""
        body = bytearray(self.server.body)
        body[len(body) // 3] ^= 1
        self.answer(200, len(body))
        self.wfile.write(body)

    def wrong_once_resumed(self):
        """Sends the correct body, but wrong bytes for a Range."""
        start = self.range_start()
        if start == 0:
            self.no_range()
            return
        length = len(self.server.body) - start
        self.answer(206, length, Content_Range=f"bytes {start}-{start + length - 1}/{start + length}")
        self.wfile.write(b"x" * length)

    def too_long(self):
        self.answer(200, len(self.server.body) + 1)
        self.wfile.write(self.server.body + b"x")

    def endless(self):
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        for _ in range(500):  # 50 MB, practically endless
            self.wfile.write(b"x" * 100000)

    def empty(self):
        self.answer(200)

    def slow(self):
        rest = self.begin()
        for first in range(0, len(rest), PIECE):
            self.wfile.write(rest[first:first + PIECE])
            self.wfile.flush()
            time.sleep(TRICKLE_SECONDS)

    def stall(self):
        rest = self.begin()
        self.wfile.write(rest[:PIECE])
        self.wfile.flush()
        time.sleep(LIFETIME)

    def silent(self):
        time.sleep(LIFETIME)

    def redirect(self):
        """Redirects /redirect/3/x to /redirect/2/x, and so on to /right/x."""
        left = int(self.path.split("/")[2])
        name = self.path.split("/")[3]
        self.answer(302, Location=f"/redirect/{left - 1}/{name}" if left > 1 else f"/right/{name}")

    def loop(self):
        self.answer(302, Location=self.path)

    def to_other(self):
        """Redirects from https to http, and from http to https."""
        here_is_tls = isinstance(self.server.socket, ssl.SSLSocket)
        scheme = "http" if here_is_tls else "https"
        self.answer(301, Location=f"{scheme}://127.0.0.1:{self.server.other_port}/right/file")

    def to_file(self):
        self.answer(302, Location=f"file://{self.server.folder}/body")

    def broken(self):
        self.answer(500)

    ways = {
        "right": right, "no-range": no_range, "refuses-range": refuses_range, "other-range": other_range,
        "short": short, "ends-early": ends_early, "wrong": wrong, "wrong-once-resumed": wrong_once_resumed,
        "too-long": too_long, "endless": endless, "empty": empty, "slow": slow, "stall": stall,
        "silent": silent,
        "redirect": redirect, "loop": loop, "to-other": to_other, "to-file": to_file, "broken": broken,
    }


def tell(folder, name, port):
    """Writes the port under another name first, so that no reader sees a partial file."""
    path = os.path.join(folder, name)
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write(f"{port}\n")
    os.rename(path + ".new", path)


def main():
    folder = os.path.abspath(sys.argv[1])
    servers = [Server(folder)]
    if len(sys.argv) > 3:
        servers.append(Server(folder, sys.argv[2:4]))
        servers[0].other_port, servers[1].other_port = (s.server_port for s in reversed(servers))
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    if len(servers) > 1:
        tell(folder, "tls_port", servers[1].server_port)
    tell(folder, "port", servers[0].server_port)
    time.sleep(LIFETIME)


if __name__ == "__main__":
    main()
