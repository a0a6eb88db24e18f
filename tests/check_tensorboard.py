#!/usr/bin/env python3
"""
check_tensorboard.py EVENTS RUN... - the scalars of an event file are the numbers of the run folder's
log.jsonl, each tag has a step once, the steps increase, and the options are those of config.json.

The file is read here by the definitions of the formats (TFRecord, protocol buffers), and also by the
tensorboard package if the Python in $BACKLESS_PYTHON has it.
"""
import json
import os
import struct
import subprocess
import sys


def crc_of_byte(crc):
    for _ in range(8):
        crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc


CRC_OF_BYTES = [crc_of_byte(byte) for byte in range(256)]


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ CRC_OF_BYTES[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(path):
    data = open(path, "rb").read()
    at = 0
    while at < len(data):
        length, crc = struct.unpack_from("<QI", data, at)
        assert crc == masked(data[at:at + 8]), f"byte {at}: the length's checksum"
        record = data[at + 12:at + 12 + length]
        crc, = struct.unpack_from("<I", data, at + 12 + length)
        assert crc == masked(record), f"byte {at}: the record's checksum"
        yield record
        at += 16 + length


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at += 1
        shift += 7
        if byte < 128:
            return value, at


def fields(data):
    """The fields of a protocol buffer as {number: [values]}: ints, floats, and bytes for fields with a
    length."""
    found, at = {}, 0
    while at < len(data):
        key, at = varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 1:
            (value,), at = struct.unpack_from("<d", data, at), at + 8
        elif kind == 5:
            (value,), at = struct.unpack_from("<f", data, at), at + 4
        else:
            assert kind == 2, f"wire type {kind}"
            length, at = varint(data, at)
            value, at = data[at:at + length], at + length
            assert len(value) == length
        found.setdefault(key >> 3, []).append(value)
    return found


def doubles(data):
    return struct.unpack(f"<{len(data) // 8}d", data)


def read(path):
    """The scalars of the file as {tag: {step: value}}, and the text of the options."""
    scalars, text, last = {}, None, 0
    for i, record in enumerate(records(path)):
        event = fields(record)
        if i == 0:
            assert event[3] == [b"brain.Event:2"], event
            continue
        step = event.get(2, [0])[0]
        assert step >= last, f"step {step} follows step {last}"
        last = step
        for value in fields(event[5][0]).get(1, []):
            value = fields(value)
            tag = value[1][0].decode()
            if 2 in value:
                assert step not in scalars.setdefault(tag, {}), f"{tag}: step {step} twice"
                scalars[tag][step] = value[2][0]
            elif 5 in value:
                check_histogram(tag, fields(value[5][0]))
            elif 8 in value:
                assert tag == "options" and text is None
                text = fields(value[8][0])[8][0].decode()
    return scalars, text


def check_histogram(tag, histogram):
    limits, counts = doubles(histogram[6][0]), doubles(histogram[7][0])
    assert tag.startswith("weights/") and sum(counts) == histogram[3][0] > 0, tag
    assert len(limits) == len(counts) and sorted(limits) == list(limits), tag
    assert limits[-1] == histogram[2][0], tag


def tag_of(key):
    part, _, name = key.partition("_")
    return f"{name}/{part}" if part in ("train", "val", "test", "batch") else key


def expected(run):
    scalars = {}

    def add(tag, step, value, may_repeat=False):
        if not isinstance(value, (int, float)):
            return
        at = scalars.setdefault(tag, {})
        assert may_repeat or step not in at, (tag, step)
        at[step] = value

    for line in map(json.loads, open(os.path.join(run, "log.jsonl"))):
        is_epoch = "kind" not in line
        if not is_epoch and line["kind"] != "step":
            continue
        step = line["step"]
        for key, value in line.items():
            if key == "angles":
                for block in value or []:
                    for name, number in block.items():
                        if name != "block":
                            prefix = "" if "norm" in name else "angle_"
                            add(f"{prefix}{name}/block_{block['block']}", step, number, True)
            elif key not in ("step", "kind", "epoch") and (is_epoch or not key.startswith("train_")):
                add(tag_of(key), step, value, key == "lr")
            elif key == "epoch" and is_epoch:
                add("epoch", step, value)
    return scalars


def rounded(scalars):
    return {tag: {step: struct.unpack("<f", struct.pack("<f", value))[0] for step, value in steps.items()}
            for tag, steps in scalars.items()}


PACKAGE = """
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
for path in sys.argv[1:]:
    events = EventAccumulator(path, size_guidance={"scalars": 0, "histograms": 0, "images": 0})
    events.Reload()
    tags = events.Tags()
    assert tags["histograms"] and tags["tensors"] == ["options"], (path, tags)
    print(json.dumps({tag: {e.step: e.value for e in events.Scalars(tag)} for tag in tags["scalars"]}))
"""


def read_by_package(paths):
    """The scalars of each file, as read gives them; None where there is no such package. All files are read
    in one process, because the import takes longer than reading them."""
    python = os.environ.get("BACKLESS_PYTHON", "python3")
    if subprocess.run([python, "-c", "import tensorboard"], capture_output=True).returncode != 0:
        print("left out: reading by the tensorboard package, which is not installed")
        return None
    out = subprocess.run([python, "-W", "ignore", "-c", PACKAGE, *paths], capture_output=True, text=True)
    assert out.returncode == 0, out.stderr
    return [{tag: {int(step): value for step, value in steps.items()}
             for tag, steps in json.loads(line).items()} for line in out.stdout.splitlines()]


def check(path, run):
    """Returns the scalars of the file."""
    want = rounded(expected(run))
    scalars, text = read(path)
    assert scalars.keys() == want.keys(), (path, sorted(scalars.keys() ^ want.keys()))
    for tag in want:
        assert scalars[tag] == want[tag], (path, tag, scalars[tag], want[tag])
    options = dict(line.split(None, 1) for line in text.splitlines())
    config = json.load(open(os.path.join(run, "config.json")))["options"]
    for key in ("rule", "net", "batch"):
        assert options[key] == str(config[key]), (path, key, options[key], config[key])
    return scalars


def main():
    paths, runs = sys.argv[1::2], sys.argv[2::2]
    assert len(paths) == len(runs) > 0, sys.argv
    found = [check(path, run) for path, run in zip(paths, runs)]
    by_package = read_by_package(paths)
    if by_package is not None:
        assert len(by_package) == len(found)
        for path, scalars, others in zip(paths, found, by_package):
            assert scalars == others, (path, scalars, others)


main()
