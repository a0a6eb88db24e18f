"""peer_turns.py - many short measurements in turn, so that the noise of the machine affects all
implementations equally.

A round is  dfa P1 bp P2 dfa P3 bp ...  where dfa and bp are the library's steps and P1, P2, ... the other
implementations in random order: each of them is measured between a step of dfa and one of bp. A ratio is the
time of a P divided by that of a neighbour; the median of the ratios is reported.
"""

import random
import statistics
import time

REST = 0.03  # seconds between turns, longer than a thread of OpenMP spins after its last work


class Turns:
    def __init__(self, workers, seconds):
        self.workers, self.seconds = workers, seconds
        self.steps, self.calibration = {}, {}
        self.times = {worker: [] for worker in workers}
        self.ratios = {worker: {} for worker in workers}  # by the name of the reference
        self.idle = {worker: 0.0 for worker in workers}  # seconds of computing during the turns of others
        self.watched = 0.0

    def calibrate(self):
        for worker in self.workers:
            one = worker.ask("run", 1)
            for _ in range(2):
                self.steps[worker] = max(1, round(1e3 * self.seconds / one))
                one = worker.ask("run", self.steps[worker])
            self.calibration[worker] = one
            time.sleep(REST)

    def keep(self, workers):
        self.workers = workers

    def turn(self, worker):
        time.sleep(REST)
        others = [other for other in self.workers if other is not worker]
        before, begun = [other.cpu_seconds() for other in others], time.perf_counter()
        result = worker.ask("run", self.steps[worker])
        self.watched += time.perf_counter() - begun
        for other, was in zip(others, before):
            self.idle[other] += other.cpu_seconds() - was
        self.times[worker].append(result)
        return result

    def round(self, references, rng):
        others = [worker for worker in self.workers if worker not in references]
        rng.shuffle(others)
        references = rng.sample(references, len(references))
        row = [references[0]]
        for i, other in enumerate(others, start=1):
            row += [other, references[i % len(references)]]
        results = [self.turn(worker) for worker in row]
        for i in range(1, len(row) - 1, 2):
            for j in (i - 1, i + 1):
                self.ratios[row[i]].setdefault(row[j], []).append(results[i] / results[j])
        for i in range(0, len(row) - 2, 2):  # ratios between the references
            self.ratios[row[i]].setdefault(row[i + 2], []).append(results[i] / results[i + 2])
            self.ratios[row[i + 2]].setdefault(row[i], []).append(results[i + 2] / results[i])

    def run(self, references, rounds):
        rng = random.Random(1)
        for _ in range(rounds):
            self.round(references, rng)

    def figures(self, worker):
        times = self.times[worker] or [self.calibration[worker]]
        return {"median_ms": statistics.median(times), "min_ms": min(times), "max_ms": max(times),
                "turns": len(self.times[worker]), "steps_a_turn": self.steps[worker],
                "ratios": {f"ours {ref.entry.rule}": statistics.median(values)
                           for ref, values in self.ratios[worker].items()},
                "idle_share": self.idle[worker] / self.watched if self.watched else 0.0}
