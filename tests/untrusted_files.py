"""untrusted_files.py - writes the arrays, zip archives and images of untrusted_files.sh to the current
folder. It needs the standard library only."""

import os
import struct
import zipfile
import zlib


def npy(descr, shape, values, order=False):
    header = "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }" % (descr, order, shape)
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + values


def npz(name, **arrays):
    with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED) as archive:
        for key, content in arrays.items():
            archive.writestr(key + ".npy", content)


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(path, rows, cols, value, extra=b"", bits=8):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    line = b"\0" + value * cols
    with open(path, "wb") as to:
        to.write(b"\x89PNG\r\n\x1a\n" +
                 chunk(b"IHDR", struct.pack(">IIBBBBB", cols, rows, bits, 0, 0, 0, 0)) + extra)
        to.write(chunk(b"IDAT", zlib.compress(line * min(rows, 100))) + chunk(b"IEND", b""))


X = npy("<f4", "(4, 2)", struct.pack("<8f", *range(8)))
npz("text.npz", X=X,
    y=npy("<U3", "(4,)", "".join(t.ljust(3, "\0") for t in ("cat", "dog", "cat", "é")).encode("utf-32-le")))
npz("big.npz", X=X,
    y=npy(">U3", "(4,)", "".join(t.ljust(3, "\0") for t in ("cat", "dog", "cat", "é")).encode("utf-32-be")))
npz("bytes.npz", X=X, y=npy("|S3", "(4,)", b"catdogcatcow"))
npz("negative.npz", x=X, y=npy("|i1", "(4, 1)", b"\xff\x01\xff\x07"))
npz("numbers.npz", x=X, y=npy("|i1", "(4,)", b"\0\1\0\1"))
npz("onehot.npz", x=X, y=npy("|i1", "(4, 2)", b"\0\1\0\1\0\1\0\1"))
npz("dates.npz", x=X, y=npy("<M8[s]", "(4,)", bytes(32)))
npz("two.npz", x=X, X=X, y=npy("|i1", "(4,)", b"\0\1\0\1"))
npz("told.npz", x=X, X=X, digit=npy("|i1", "(4,)", b"\0\1\0\1"))
npz("parts.npz", Train_Images=X, train_labels=npy("|i1", "(4,)", b"\0\1\0\1"), testX=X,
    testY=npy("|i1", "(4,)", b"\0\1\0\1"))
npz("bare.npz", x=X)
npz("fortran.npz", x=npy("<f2", "(4, 2)", struct.pack("<8e", 0, 2, 4, 6, 1, 3, 5, 7), True),
    y=npy("|i1", "(4,)", b"\0\1\0\1"))
npz("order.npz", x=X, y=npy("|i1", "(4,)", b"\0\1\0\1"))

zeros = bytes(1 << 20)
with zipfile.ZipFile("bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive:
    with archive.open("x.npy", "w", force_zip64=True) as to:
        to.write(npy("|u1", "(2, %d)" % (128 << 20), b""))
        for _ in range(256):
            to.write(zeros)
    archive.writestr("y.npy", npy("|i1", "(2,)", b"\0\1"))
npz("lie.npz", x=npy("|u1", "(2, 1099511627776)", bytes(8)), y=npy("|i1", "(2,)", b"\0\1"))
packer = zlib.compressobj(9, zlib.DEFLATED, 31)
with open("bomb.csv.gz", "wb") as to:
    to.write(packer.compress(b"a,label\n"))
    for _ in range(256):
        to.write(packer.compress(b"1,0\n" * (1 << 18)))
    to.write(packer.flush())

gamma = chunk(b"gAMA", struct.pack(">I", 100000))
png("gamma/p/a.png", 2, 2, b"\x80")
png("gamma/q/a.png", 2, 2, b"\x80", gamma)
png("deep/p/a.png", 2, 2, b"\x80\xff", b"", 16)
png("deep/q/a.png", 2, 2, b"\x80\x00", b"", 16)
for part in ("Train", "testing"):
    png("parts/%s/p/a.png" % part, 2, 2, b"\x10")
    png("parts/%s/q/a.PNG" % part, 2, 2, b"\x20")
png("size/train/p/a.png", 8, 8, b"\x10")
png("size/train/q/a.png", 8, 8, b"\x20")
png("size/test/p/a.png", 3, 20, b"\x10")
png("flat/a.png", 4, 4, b"\x10")
png("classes/train/a.png", 2, 2, b"\x10")
png("classes/test/a.png", 2, 2, b"\x10")
png("huge/p/a.png", 60000, 60000, b"\x10")
png("huge/q/a.png", 2, 2, b"\x10")
for name in ("pipe", "link", "loop", "folder", "gif", "named", "beside"):
    png("%s/p/a.png" % name, 2, 2, b"\x10")
    png("%s/q/a.png" % name, 2, 2, b"\x20")
os.mkfifo("pipe/q/b.png")
os.symlink("nowhere.png", "link/q/b.jpg")
os.symlink("b.png", "loop/q/b.png")
os.mkdir("folder/q/b.png")
for path in ("gif/q/b.gif", "named/q/b.png"):
    with open(path, "wb") as to:
        to.write(b"GIF89a")
png("beside/b.png", 2, 2, b"\x10")
os.makedirs("gifs/p")
with open("gifs/p/a.gif", "wb") as to:
    to.write(b"GIF89a")
os.makedirs("idx")
os.mkfifo("idx/train-images-idx3-ubyte")
with open("idx/train-labels-idx1-ubyte", "wb") as to:
    to.write(b"\0\0\x08\x01\0\0\0\1\0")
