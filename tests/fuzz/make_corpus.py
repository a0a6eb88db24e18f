#!/usr/bin/env python3
"""make_corpus.py FOLDER - writes the seeds of every fuzz target, FOLDER/TARGET/NAME; the same bytes each time. What else
lies in the corpus are inputs that once were findings."""
import gzip
import io
import json
import os
import struct
import sys
import zipfile

FOLDER = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")


def write(target, name, content):
    os.makedirs(os.path.join(FOLDER, target), exist_ok=True)
    with open(os.path.join(FOLDER, target, name), "wb") as file:
        file.write(content)


def idx(magic, sizes, content):
    return struct.pack(">I", magic) + b"".join(struct.pack(">I", size) for size in sizes) + content


def safetensors(tensors, facts=None, pad=True):
    header, body = {}, b""
    if facts:
        header["__metadata__"] = facts
    for name, (shape, values) in tensors.items():
        raw = struct.pack(f"<{len(values)}f", *values)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(body), len(body) + len(raw)]}
        body += raw
    text = json.dumps(header).encode()
    if pad:
        text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + body


def npy(descr, shape, content, order=False, version=1):
    text = f"{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}".encode()
    length = 2 if version == 1 else 4
    text += b" " * (-(len(text) + 9 + length) % 64) + b"\n"
    return b"\x93NUMPY" + bytes([version, 0]) + len(text).to_bytes(length, "little") + text + content


def npz(arrays, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in arrays.items():
            archive.writestr(zipfile.ZipInfo(name + ".npy"), content, method)
    return out.getvalue()


def packed(content):
    return gzip.compress(content, mtime=0)


def tables():
    texts = {
        "plain": b"1,2,0\n3,4,1\n",
        "header": b"u,v,label\n1,2,0\n3,4,1\n",
        "semicolons": b"a;b;y\r\n\"1\";\"2\";\"a;b\"\r\n3;4;c\r\n",
        "words": b"c,n,y\nred,1,0\nblue,2,1\nred,3,1\n",
        "missing": b"n,c,y\n1,a,0\n,b,1\n4,?,1\n",
        "ids": b"Id,n,y\n1,5,a\n2,6,b\n3,7,a\n",
        "quotes": b"c,n,y\n\"a\nb\",1,0\n\"say \"\"x\"\"\",2,1\n",
        "broken_quote": b"c,n,y\n\"a,1,0\nb,2,1\n",
        "numbers": b"n,y\n1,2.5\n2,-1e3\n3,4\n",
        "mark": b"\xef\xbb\xbfu,y\n1,0\n2,1\n",
        "latin": b"u,y\n1,\xfc\n2,b\n",
        "nan": b"u,y\n1,0\nnan,1\ninf,1\n",
        "ragged": b"1,2,0\n3,4\n",
        "only_words": b"class,cap,stalk\ne,x,s\np,y,s\ne,x,b\n",
        "large": b"1e38,0\n1e39,1\n",
    }
    for name, text in texts.items():
        for tag, options in (("", b"\0\0"), ("_impute", b"\0\x18"), ("_y", b"\x04\x18"), ("_number", b"\x04\x30"),
                             ("_val", b"\x5e\x60")):
            if tag == "" or name in ("header", "missing", "words", "numbers", "ids"):
                write("csv", name + tag, options + text)


def images():
    images = idx(0x803, (2, 2, 3), bytes(range(12)))
    labels = idx(0x801, (2,), b"\0\1")
    pairs = {
        "pair": (images, labels),
        "rows": (idx(0x802, (2, 5), bytes(10)), labels),
        "colours": (idx(0x804, (2, 3, 1, 2), bytes(12)), labels),
        "short": (images[:-1], labels),
        "long": (images + b"x", labels),
        "huge": (idx(0x803, (0xffffffff, 0xffff, 0xffff), b""), labels),
        "fewer_labels": (images, idx(0x801, (1,), b"\0")),
        "packed": (packed(images), packed(labels)),
        "no_labels": (images, b""),
    }
    for name, (first, second) in pairs.items():
        write("idx", name, struct.pack(">H", len(first)) + first + second)


def compressed():
    content = b"a,b\n1,2\n" * 20
    write("gzip", "plain", content)
    write("gzip", "packed", packed(content))
    write("gzip", "twice", packed(packed(content)))
    write("gzip", "two_members", packed(content) + packed(b"more"))
    write("gzip", "cut", packed(content)[:-5])
    write("gzip", "trailing", packed(content) + b"junk")
    write("gzip", "empty", packed(b""))
    write("gzip", "bomb", packed(bytes(1 << 22)))


def arrays():
    two = {"0.feedback": ([2, 3], [1, 2, 3, 4, 5, 6]), "b": ([2], [0.5, -0.5])}
    write("tensors", "safetensors", b"\0" + safetensors(two))
    write("tensors", "facts", b"\0" + safetensors(two, {"net": "dense 3", "rule": "dfa"}))
    write("tensors", "unpadded", b"\0" + safetensors(two, pad=False))
    write("tensors", "cut", b"\0" + safetensors(two)[:-4])
    write("tensors", "nan", b"\0" + safetensors({"a": ([1], [float("nan")])}))
    write("tensors", "long_header", b"\0" + struct.pack("<Q", 1 << 40) + b"{}")
    floats = struct.pack("<6f", *range(6))
    write("tensors", "npy", b"\1" + npy("<f4", (2, 3), floats))
    write("tensors", "npy_big", b"\1" + npy(">f8", (3,), struct.pack(">3d", 1, 2, 3), version=2))
    write("tensors", "npy_fortran", b"\1" + npy("<f4", (2, 3), floats, order=True))
    write("tensors", "npy_object", b"\1" + npy("|O", (1,), b"\x80\x04N."))
    write("tensors", "npz", b"\2" + npz({"0.feedback": npy("<f4", (2, 3), floats), "1.feedback": npy("<f4", (6,), floats)}))
    write("tensors", "npz_stored", b"\2" + npz({"a": npy("<f4", (6,), floats)}, zipfile.ZIP_STORED))
    write("tensors", "npz_bomb", b"\2" + npz({"a": npy("<f4", (1 << 20,), bytes(1 << 22))}))


def models():
    facts = {"format": "backless 1", "input": "1 x 1 x 2", "net": "dense 3, tanh, dense 2", "rule": "dfa", "loss": "ce",
             "outputs": "2", "answers": "classes"}
    tensors = {"0.dense.weight": ([3, 2], [0.1] * 6), "0.dense.bias": ([3], [0.0] * 3),
               "1.dense.weight": ([2, 3], [0.2] * 6), "1.dense.bias": ([2], [0.0] * 2),
               "0.feedback": ([2, 3], [0.3] * 6)}
    scaled = dict(tensors, **{"scaling.offset": ([2], [1, 2]), "scaling.scale": ([2], [1, 2])})
    table = json.dumps([{"name": "a", "kind": "number"}, {"name": "b", "kind": "words", "words": ["x"]},
                        {"name": "y", "kind": "label"}])
    write("model", "plain", safetensors(tensors, facts))
    write("model", "scaled", safetensors(scaled, dict(facts, class_names='["no", "yes"]')))
    write("model", "table", safetensors(tensors, dict(facts, table=table)))
    write("model", "other_rule", safetensors(tensors, dict(facts, rule="bp")))
    write("model", "wide", safetensors(tensors, dict(facts, net="dense 3000000, tanh, dense 2")))
    write("model", "no_net", safetensors(tensors, {"format": "backless 1"}))
    numbers = {"0.dense.weight": ([1, 2], [1, 2]), "0.dense.bias": ([1], [0]), "targets.offset": ([1], [5]),
               "targets.scale": ([1], [2])}
    write("model", "numbers", safetensors(numbers, dict(facts, net="dense 1", rule="bp", loss="mse", outputs="1",
                                                        answers="numbers")))


def configs():
    options = {"data": "x.csv", "net": "dense 5, tanh, dense 2", "rule": "dfa", "lr": 0.001, "epochs": 3, "force": True}
    write("config", "json", b"\0" + json.dumps(options).encode())
    write("config", "run", b"\0" + json.dumps({"version": "0.1.0", "options": options}).encode())
    write("config", "twice", b'\0{"lr": 1, "lr": 2}')
    write("config", "deep", b"\0" + b"[" * 500)
    write("config", "lines", b"\1" + b"lr=1e-3\nnet=dense 5, relu, dense 2\nfeedback=uniform 0.5\n"
          b"optimizer=sgd momentum 0.9 nesterov decay 1e-4\nschedule=cosine warmup 2\nval=last 5\nresize=3x4\n")
    write("config", "wrong_lines", b"\1" + b"lr=x\nnet=dense\nnet=,\noptimizer=adam beta1 2\nschedule=step 0 1\nval=1.5\n")


def logs():
    lines = [json.dumps({"epoch": epoch, "train_loss": 0.5}).encode() + b"\n" for epoch in (1, 2, 3, 4)]
    write("runlog", "whole", b"\1" + b"".join(lines))
    write("runlog", "cut", b"\3" + b"".join(lines)[:-7])
    write("runlog", "broken", b"\3" + lines[0] + b"{]\n" + lines[1])
    write("runlog", "no_epoch", b"\0" + b"{}\n" + lines[0])


tables()
images()
compressed()
arrays()
models()
configs()
logs()
