"""peer_process.py - a worker process as the driver uses it: starts it, sends commands, and measures the time
that it computes while it should wait."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


class PeerFailed(Exception):
    pass


def environment(threads):
    """The environment with the same number of threads for every runtime, and without variables that tune one
    of them."""
    drop = ("OMP_", "GOMP_", "KMP_", "MKL_", "OPENBLAS_", "XLA_", "JAX_", "TORCH", "DNNL_", "ONEDNN_")
    env = {key: value for key, value in os.environ.items() if not key.startswith(drop)}
    env.update(OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS="1",
               JAX_PLATFORMS="cpu", TORCHINDUCTOR_COMPILE_THREADS="1", CUDA_VISIBLE_DEVICES="",
               TORCHINDUCTOR_CACHE_DIR=str(Path(sys.prefix) / "compiled"))
    return env


class PeerProcess:
    def __init__(self, entry, net, batch, cpus):
        self.words = tempfile.TemporaryFile("w+")
        command = [sys.executable, str(HERE / "peer_worker.py"), "--module", entry.module, "--net", net,
                   "--batch", str(batch), "--threads", str(len(cpus))]
        # The affinity limits the threads of XLA, whose pool has as many threads as it may use cores and no
        # other setting.
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.words, text=True, bufsize=1, env=environment(len(cpus)),
                                        preexec_fn=lambda: os.sched_setaffinity(0, cpus))
        self.become(entry)

    def become(self, entry, scale=1.0):
        self.entry = entry
        self.ask("become", entry.rule, entry.variant, scale)

    def ask(self, *words):
        try:
            print(*words, file=self.process.stdin, flush=True)
            answer = json.loads(self.process.stdout.readline())
        except (BrokenPipeError, json.JSONDecodeError):  # it ended; the last line says why
            self.words.seek(0)
            answer = {"failed": self.words.read().strip().split("\n")[-1]}
        if isinstance(answer, dict):
            why = answer["failed"].strip().split("\n")[0]
            raise PeerFailed(f"{self.entry.name()}: {words[0]} failed: {why}")
        return answer

    def cpu_seconds(self):
        """The time of all threads in nanoseconds, because a tick of /proc/PID/stat is longer than the busy
        waiting to be found."""
        total = 0
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            try:
                total += int((task / "schedstat").read_text().split()[0])
            except OSError:
                pass  # a thread that ended meanwhile
        return 1e-9 * total

    def close(self):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass  # the process has ended already, for example for lack of memory
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.words.close()
