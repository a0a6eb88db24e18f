#!/usr/bin/env python3
"""make_corpus.py - writes the initial inputs of the fuzz targets, tests/fuzz/corpus/TARGET/NAME, always with
the same bytes.

Files named found-* are minimised inputs that once found a fault; this script does not change them.
"""

import base64
import gzip
import io
import json
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

CORPUS = Path(__file__).resolve().parent / "corpus"


def put(target, name, content):
    path = CORPUS / target / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))


def packed(content, name=None):
    out = io.BytesIO()
    with gzip.GzipFile(filename=name or "", mode="wb", fileobj=out, mtime=0) as file:
        file.write(content)
    return out.getvalue()


# ---- Tables: five bytes of options (fuzz_csv.c), the table, a zero byte and another

IRIS = "sepal,petal,species\n5.1,1.4,setosa\n7.0,4.7,versicolor\n6.3,6.0,virginica\n4.9,1.5,setosa\n"


def csv_seeds():
    plain = "@@@@@"
    yield "header", plain + IRIS
    yield "no_header", plain + "5.1,1.4,0\n7.0,4.7,1\n6.3,6.0,2\n"
    yield "semicolons", plain + "a;b;quality\n7.4;0.7;5\n7.8;0.88;6\n"
    yield "tabs", plain + "1\t2\tx\n3\t4\ty\n"
    yield "crlf_mark", "\ufeff".join([plain, "a,b,label\r\n1,2,x\r\n3,4,y\r\n"])
    yield "quotes", plain + '"a","b ""c""",label\n1,2,"x, y"\n3,4,"z\nz"\n5,6,"x, y"\n'
    yield "words", plain + "colour,size,label\nred,1,x\nblue,2,y\nred,3,x\n,4,y\n"
    yield "imputed", "`@@@@" + "colour,size,label\nred,1,x\n?,NA,y\nblue,3,x\n"
    yield "ids", "@@@E@" + "id,a,label\n1,0.5,x\n2,0.25,y\n3,0.125,x\n"
    yield "ids_kept", "@@HE@" + "id,a,label\n1,0.5,x\n2,0.25,y\n3,0.125,x\n"
    yield "ids_later", "@@H`@" + "id,a,label\n1,0.5,x\n2,0.25,y\n3,0.125,x\n"
    yield "label_first", "@A@@@" + "x,1,2\ny,3,4\n"
    yield "label_number", "@D@@@" + "1,x,2\n3,y,4\n"
    yield "label_missing", "@G@@@" + "1,2\n3,4\n"
    yield "categorical", "@@B@@" + "10,1,x\n20,2,y\n10,3,x\n"
    yield "ignored", "@@P@@" + "10,1,x\n20,2,y\n10,3,x\n"
    yield "targets", "@H@@@" + "a,b\n1,0.5\n2,1.5\n3,2.5\n"
    yield "targets_if_all", "@P@@@" + "a,b\n1,0.5\n2,x\n3,2.5\n"
    yield "no_labels", "@`@H@" + "1,2\n3,4\n"
    yield "header_told", "A@@@@" + "1,2,3\n4,5,x\n6,7,y\n"
    yield "ragged", plain + "1,2,x\n3,y\n"
    yield "stray_word", plain + "1,2,x\n3,oops,y\n5,6,x\n"
    yield "nan", plain + "1,nan,x\n3,4,y\n"
    yield "huge_numbers", plain + "3.4e38,1e-45,x\n-3.4e38,0,y\n-3.4e38,-1e-45,x\n1e39,1,x\n"
    yield "open_quote", plain + 'a,b\n"1,2\n3,4\n'
    yield "twins", plain + "a,a,label\n1,2,x\n"
    yield "latin1", plain.encode() + b"a,b,label\n1,2,caf\xe9\n"
    yield "empty", plain
    yield "blank_lines", plain + "\n\n1,2,x\n\n3,4,y\n \n"
    yield "numbered_classes", plain + "1,2,3\n1,2,3.0\n4,5,-0\n6,7,1e1\n"
    yield "other_order", plain + IRIS + "\0species,extra,petal,sepal\nsetosa,1,1.4,5.1\n"
    yield "other_unlabelled", "@@@H@" + IRIS + "\0petal,sepal\n1.4,5.1\n"
    yield "other_class", plain + IRIS + "\0sepal,petal,species\n1,2,rose\n"
    yield "other_word", plain + "c,label\nred,x\nblue,y\n\0c,label\ngreen,x\n"
    yield "split_val", "@@@@A" + IRIS + IRIS.split("\n", 1)[1]
    yield "split_last", "@@@@F" + IRIS
    yield "split_share", "@@@@H" + IRIS + IRIS.split("\n", 1)[1]
    yield "split_test", "@@@@q" + IRIS + IRIS.split("\n", 1)[1]
    yield "split_targets", "@H@@X" + "a,b\n1,0.5\n2,1.5\n3,2.5\n4,3.5\n"


# ---- IDX: one byte of options (fuzz_idx.c), images, labels

def idx(dimensions, sizes, body):
    return struct.pack(">I", 0x800 | dimensions) + struct.pack(f">{len(sizes)}I", *sizes) + body


def idx_seeds():
    images = idx(3, [3, 2, 2], bytes(range(12)))
    labels = idx(1, [3], bytes([0, 2, 1]))
    yield "images", b"@" + images
    yield "labelled", b"A" + images + labels
    yield "vectors", b"A" + idx(2, [3, 2], bytes(6)) + labels
    yield "colour", b"A" + idx(4, [1, 3, 1, 2], bytes(range(6))) + idx(1, [1], b"\x09")
    yield "packed_labels", b"A" + images + packed(labels)
    yield "fewer_labels", b"A" + images + idx(1, [2], b"\0\1")
    yield "too_long", b"B" + images + b"\0"
    yield "cut_off", b"@" + images[:-1]
    yield "overflow", b"@" + idx(4, [0xffffffff] * 4, b"\0" * 4)
    yield "gigabytes", b"@" + idx(3, [0x10000, 0x100, 0x100], b"\0" * 4)
    yield "empty_dimension", b"@" + idx(3, [3, 0, 2], b"")


# ---- gzip

def gzip_seeds():
    text = b"a,b,label\n1,2,x\n3,4,y\n"
    one = packed(text)
    yield "plain", text
    yield "one", one
    yield "named", packed(text, "table.csv")
    yield "two_members", one + packed(b"5,6,x\n")
    yield "empty", packed(b"")
    yield "zeros", packed(bytes(60000))
    yield "over_the_limit", packed(bytes(70000))
    yield "trailing", one + b"\0"
    yield "cut_off", one[:-5]
    yield "bad_checksum", one[:-8] + bytes([one[-8] ^ 1]) + one[-7:]
    yield "bad_length", one[:-4] + struct.pack("<I", 0xffffffff)
    stored = b"\x01" + struct.pack("<HH", 3, 0xfffc) + b"abc"
    yield "stored", b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + stored + struct.pack("<II", 0x352441c2, 3)
    yield "head_alone", one[:10]


# ---- safetensors

def tensor(shape, begin, count=None):
    n = count if count is not None else 4 * (shape[0] * (shape[1] if len(shape) > 1 else 1))
    return {"dtype": "F32", "shape": shape, "data_offsets": [begin, begin + n]}


def header(things, metadata=None):
    return json.dumps({**({"__metadata__": metadata} if metadata else {}), **things})


def safetensors(text, values=b""):
    return struct.pack("<Q", len(text)) + text.encode() + values


def safetensors_seeds():
    values = struct.pack("<6f", 0.5, -1.0, 2.0, 0.0, 1e-3, 3e38)
    two = header({"w": tensor([2, 2], 0), "b": tensor([2], 16)}, {"net": "dense 2", "note": "\u00e9\u4e2d\n"})
    free = two.encode() + b"\0" + values
    yield "two", safetensors(two, values)
    yield "free_two", free
    yield "free_empty", "{}"
    yield "free_swapped", header({"b": tensor([2], 16), "w": tensor([2, 2], 0)}).encode() + b"\0" + values
    yield "free_gap", header({"b": tensor([2], 16)}).encode() + b"\0" + values
    yield "free_overlap", header({"w": tensor([2, 2], 0), "b": tensor([2], 8)}).encode() + b"\0" + values
    yield "free_twice", '{"w": 1, "w": 2}'
    yield "free_nan", header({"w": tensor([1], 0)}).encode() + b"\0" + struct.pack("<f", float("nan"))
    yield "free_half", header({"w": {"dtype": "F16", "shape": [2],
                                     "data_offsets": [0, 4]}}).encode() + b"\0abcd"
    yield "free_huge", header({"w": tensor([2 ** 40, 2 ** 40], 0, 8)}).encode() + b"\0" + values[:8]
    yield "free_metadata", header({}, {"a": "b", "c": ""})
    yield "free_deep", '{"a":' * 50 + "{}" + "}" * 50
    yield "long_header", struct.pack("<Q", 2 ** 62) + b"{}"
    yield "cut_off", safetensors(two, values[:-1])


# ---- NumPy

def npy(descr, shape, values, order="False", version=1):
    text = "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }" % (descr, order, shape)
    size = 10 if version == 1 else 12
    text += " " * (-(size + len(text) + 1) % 64) + "\n"
    length = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + length + text.encode() + values


def npy_seeds():
    yield "vector", npy("<f4", "(3,)", struct.pack("<3f", 1, -2, 0.5))
    yield "matrix", npy("<f8", "(2, 2)", struct.pack("<4d", 1, -2, 0.5, 1e30))
    yield "big_endian", npy(">f4", "(1, 2)", struct.pack(">2f", 1, 2))
    yield "big_endian_8", npy(">f8", "(1,)", struct.pack(">d", 1))
    yield "version_2", npy("<f4", "(1,)", struct.pack("<f", 1), version=2)
    yield "fortran", npy("<f4", "(2, 1)", bytes(8), order="True")
    yield "scalar", npy("<f4", "()", bytes(4))
    yield "cube", npy("<f4", "(1, 1, 1)", bytes(4))
    yield "bytes", npy("|u1", "(4,)", bytes(4))
    yield "too_large", npy("<f8", "(1,)", struct.pack("<d", 1e300))
    yield "overflow", npy("<f4", "(4294967296, 4294967296)", bytes(4))
    yield "empty_dimension", npy("<f4", "(0, 3)", b"")
    yield "any_order", (b"\x93NUMPY\1\0\x32\0{\"shape\":(1,),\"fortran_order\":False,\"descr\":'<f4'}" +
                        bytes(4))


def npz(arrays, method):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, content in arrays:
            file.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, method)
    return out.getvalue()


def arrays_seeds():
    small = npy("<f4", "(1, 2)", bytes(8))
    pair = [("0.feedback.npy", small), ("1.feedback.npy", npy("<f8", "(1,)", struct.pack("<d", 2)))]
    yield "npy", small
    yield "safetensors", safetensors(header({"0.feedback": tensor([1, 1], 0)}), bytes(4))
    yield "stored", npz(pair, zipfile.ZIP_STORED)
    yield "deflated", npz(pair, zipfile.ZIP_DEFLATED)
    yield "bzip2", npz(pair[:1], zipfile.ZIP_BZIP2)
    yield "lzma", npz(pair[:1], zipfile.ZIP_LZMA)
    yield "empty_zip", npz([], zipfile.ZIP_STORED)
    yield "no_npy", npz([("a.txt", b"hello")], zipfile.ZIP_STORED)
    yield "folder", npz([("a/", b""), ("a/b.npy", small)], zipfile.ZIP_STORED)
    yield "zeros", npz([("z.npy", npy("<f4", "(64, 64)", bytes(16384)))], zipfile.ZIP_DEFLATED)
    yield "cut_off", npz(pair, zipfile.ZIP_STORED)[:-10]


# ---- Pictures: two bytes of size (fuzz_picture.c), or one of options (fuzz_folder.c), and PNG or JPEG

# 8 x 8, by libjpeg-turbo at quality 50: grey, in colour, in colour and progressive
JPEG_GREY = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hn"
    "Pk1xeXBkeFxlZ2P/wAALCAAIAAgBAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9"
    "AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZn"
    "aGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP0"
    "9fb3+Pn6/9oACAEBAAA/AI1ijtr3EEUZif5lCRowHt8qPj8WzX//2Q==")
JPEG_COLOUR = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hn"
    "Pk1xeXBkeFxlZ2P/2wBDARESEhgVGC8aGi9jQjhCY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2Nj"
    "Y2P/wAARCAAIAAgDASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQID"
    "AAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlq"
    "c3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3"
    "+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEI"
    "FEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImK"
    "kpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwCN"
    "Yo7a9xBFGYn+ZQkaMB7fKj4/Fs0UUU0Etz//2Q==")
JPEG_PROGRESSIVE = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hn"
    "Pk1xeXBkeFxlZ2P/2wBDARESEhgVGC8aGi9jQjhCY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2Nj"
    "Y2P/wgARCAAIAAgDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAL/xAAUAQEAAAAAAAAAAAAAAAAAAAAA/9oADAMBAAIQAxAA"
    "AAGQf//EABYQAQEBAAAAAAAAAAAAAAAAAAIBEf/aAAgBAQABBQLIX//EABURAQEAAAAAAAAAAAAAAAAAAAAB/9oACAEDAQE/Aa//xAAU"
    "EQEAAAAAAAAAAAAAAAAAAAAA/9oACAECAQE/AX//xAAYEAACAwAAAAAAAAAAAAAAAAAAAREhcf/aAAgBAQAGPwKkow//xAAZEAEAAgMA"
    "AAAAAAAAAAAAAAABALERITH/2gAIAQEAAT8hOhGzAaG5/9oADAMBAAIAAwAAABAL/8QAFREBAQAAAAAAAAAAAAAAAAAAADH/2gAIAQMB"
    "AT8Qp//EABURAQEAAAAAAAAAAAAAAAAAAAAB/9oACAECAQE/EI//xAAaEAACAgMAAAAAAAAAAAAAAAABEQAhMWGB/9oACAEBAAE/EEs6"
    "sFDWH1p//9k=")


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(cols, rows, depth, kind, pixels, extra=b"", interlaced=0, end=True):
    head = struct.pack(">IIBBBBB", cols, rows, depth, kind, 0, 0, interlaced)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + chunk(b"IDAT", zlib.compress(pixels, 9)) +
            (chunk(b"IEND", b"") if end else b""))


GREY = png(2, 2, 8, 0, b"\0\0\x40\0\x80\xff")
COLOUR = png(2, 2, 8, 2, b"\0" + bytes(range(6)) + b"\1" + bytes(range(6)))
PALETTE = png(4, 1, 2, 3, b"\0\x1b", chunk(b"PLTE", bytes(range(12))) + chunk(b"tRNS", b"\0\x80"))


def picture_seeds():
    size = b"\x03\x05"
    yield "grey", size + GREY
    yield "colour", size + COLOUR
    yield "palette", size + PALETTE
    yield "transparent", size + png(1, 1, 8, 6, b"\0\1\2\3\x80")
    yield "deep", size + png(1, 2, 16, 0, b"\0\1\2\0\xff\xff")
    yield "bit", size + png(9, 2, 1, 0, b"\0\xaa\x80\0\x55\0")
    yield "interlaced", size + png(2, 2, 8, 0, b"\0\x10\0\x20\0\x30\x40", interlaced=1)
    yield "gamma", size + png(1, 1, 8, 0, b"\0\x40", chunk(b"gAMA", struct.pack(">I", 100000)))
    yield "too_large", size + png(1 << 20, 1 << 20, 8, 0, b"\0")
    yield "short", size + png(8, 8, 8, 0, b"\0\1\2")
    yield "no_end", size + png(1, 1, 8, 0, b"\0\x40", end=False)
    yield "png_head", size + GREY[:8]
    yield "same_size", b"\1\1" + GREY
    yield "jpeg_grey", size + JPEG_GREY
    yield "jpeg_colour", size + JPEG_COLOUR
    yield "jpeg_progressive", size + JPEG_PROGRESSIVE
    yield "jpeg_cut_off", size + JPEG_GREY[:-20]
    yield "jpeg_head", size + JPEG_GREY[:2]
    yield "neither", size + b"GIF89a"


def folder_seeds():
    yield "greys", b"@" + GREY + GREY + GREY
    yield "mixed", b"@" + GREY + COLOUR
    yield "one_class", b"P" + GREY + GREY
    yield "sizes", b"@" + GREY + PALETTE
    yield "resized", b"G" + GREY + PALETTE + JPEG_GREY
    yield "broken", b"@" + GREY + GREY[:20]
    yield "no_pictures", b"@"


# ---- CIFAR: a byte of options (fuzz_cifar.c), records in short or the archive

def tar_member(name, content, kind=b"0"):
    head = name.encode().ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + b"%011o\0" % len(content)
    head += b"00000000000\0" + b" " * 8 + kind + bytes(100) + b"ustar\x0000" + bytes(247)
    head = head[:148] + b"%06o\0 " % sum(head) + head[156:]
    return head + content + bytes(-len(content) % 512)


def cifar_seeds():
    record = b"\3" + bytes(3072)
    yield "ten", b"@" + b"\0\x10\x09\xff\1\x80"
    yield "hundred", b"B" + b"\0\0\x10\x13\x63\xff"
    yield "coarse", b"J" + b"\0\0\x10\x13\x63\xff"
    yield "label_beyond", b"@" + b"\x0a\x10"
    yield "other_label", b"N" + b"\0\0\x10"
    yield "byte_too_many", b"@" + b"\0\x10\1"
    yield "tar", b"A" + tar_member("cifar-10-batches-bin/test_batch.bin", record) + bytes(1024)
    yield "tar_train", b"Q" + tar_member("cifar-100-binary/train.bin", b"\1" + record) + bytes(1024)
    yield "tar_part", b"Q" + tar_member("data_batch_1.bin", record) + bytes(1024)
    yield "tar_both", b"A" + tar_member("test_batch.bin", b"") + tar_member("test.bin", b"")
    yield "tar_twice", b"A" + tar_member("test_batch.bin", b"") + tar_member("test_batch.bin", b"")
    yield "tar_folder", b"A" + tar_member("cifar-10-batches-bin/", b"", b"5") + bytes(1024)
    yield "tar_link", b"A" + tar_member("test.bin", b"", b"2") + bytes(1024)
    yield "tar_cut_off", b"A" + tar_member("test_batch.bin", record)[:600]


# ---- SVHN: a MATLAB 5 file without its header

def mat_element(kind, content):
    return struct.pack("<II", kind, len(content)) + content + bytes(-len(content) % 8)


def mat_variable(name, sizes, content, number_class=9, storage=2):
    return mat_element(14, mat_element(6, struct.pack("<II", number_class, 0)) +
                       mat_element(5, struct.pack(f"<{len(sizes)}i", *sizes)) +
                       struct.pack("<HH", 1, len(name)) + name.ljust(4, b"\0") +
                       mat_element(storage, content))


def mat_packed(variable):
    packed = zlib.compress(variable, 9)
    return struct.pack("<II", 15, len(packed)) + packed


def svhn_seeds():
    x = mat_variable(b"X", (32, 32, 3, 2), bytes(range(256)) * 24)
    y = mat_variable(b"y", (2, 1), b"\1\x0a")
    yield "plain", x + y
    yield "packed", mat_packed(x) + mat_packed(y)
    yield "one", mat_variable(b"X", (32, 32, 3), bytes(3072)) + mat_variable(b"y", (1, 1), b"\5", 6)
    yield "other_variables", mat_packed(mat_variable(b"s", (1, 2), b"ab", 4)) + mat_element(14, b"") + y
    yield "label_beyond", mat_packed(x) + mat_variable(b"y", (2, 1), b"\1\x0b")
    yield "doubles", mat_packed(x) + mat_variable(b"y", (2, 1), struct.pack("<2d", 1, 2), 6, 9)
    yield "negative_size", mat_variable(b"X", (32, 32, -3, 2), b"") + y
    yield "huge_size", mat_variable(b"X", (2**31 - 1, 2**31 - 1, 2**31 - 1), b"") + y
    yield "cut_off", mat_packed(x)[:-9]
    yield "empty_stream", mat_packed(b"")


# ---- NumPy's arrays as data: two bytes of options (fuzz_numpy.c), arrays

def numpy_seeds():
    x = npy("<f4", "(2, 3)", struct.pack("<6f", 1, 2, 3, 4, 5, 6))
    y = npy("<i8", "(2,)", struct.pack("<2q", 0, 1))
    pictures = npy("|u1", "(2, 2, 2, 3)", bytes(range(24)))
    yield "pair", b"@@" + x + y
    yield "unlabelled", b"@A" + x
    yield "told", b"@H" + x + y
    yield "npz", b"A@" + x + y + x + y
    yield "npz_test", b"I@" + x + y + x + y
    yield "npz_twins", b"C@" + x + y + x + x
    yield "numbers", b"@B" + x + npy("<f8", "(2, 2)", struct.pack("<4d", 1, 2, 3, 4))
    yield "pictures", b"@@" + pictures + y
    yield "vector_of_labels", b"@@" + x + npy("|u1", "(2, 1)", b"\0\1")
    yield "truths", b"@@" + npy("|b1", "(2, 2)", b"\0\1\1\0") + y
    yield "fewer_labels", b"@@" + x + npy("|u1", "(1,)", b"\0")
    yield "negative_label", b"@@" + x + npy("<i2", "(2,)", struct.pack("<2h", -1, 0))
    yield "large_label", b"@@" + x + npy("<u4", "(2,)", struct.pack("<2I", 0, 0xffffffff))
    yield "nan", b"@@" + npy("<f4", "(2, 1)", struct.pack("<2f", float("nan"), 0)) + y


# ---- Models and checkpoints, as lines (fuzz_lines.h, fuzz_checkpoint.c)

MODEL = """format=backless 1
input=1 x 1 x 2
outputs=3
net=dense 2, tanh, dense 3
rule=dfa
loss=ce
@0.dense.weight 2 2 0.5
@0.dense.bias 2 0 0.25
@1.dense.weight 3 2 1
@1.dense.bias 3 0 0
@0.feedback 3 2 0.5
"""


def column(kind, name=None, words=None, indicator=False):
    out = {"kind": kind}
    if name is not None:
        out["name"] = name
    if words:
        out["words"] = words
    if indicator:
        out["indicator"] = True
    return out


def model_seeds():
    table = [column("left out", "id"), column("number", "a"), column("number", "b \"c\""),
             column("label", "y")]
    words = [column("words", "colour", ["blue", "red"]), column("label", "y")]
    marked = [column("number", None, None, True), column("label")]
    yield "dfa", MODEL
    yield "bp", MODEL.replace("dfa", "bp").replace("@0.feedback 3 2 0.5\n", "")
    yield "fa", MODEL.replace("dfa", "fa").replace("0.feedback 3 2", "1.feedback 3 2")
    yield "ifa", MODEL.replace("dfa", "ifa")
    yield "linear", ("input=1 x 1 x 2\noutputs=3\nnet=dense 3\nrule=linear\nloss=bce\n"
                     "@0.dense.weight 3 2 1\n@0.dense.bias 3 0 0\n")
    yield "scaled", MODEL + "@scaling.offset 1 0 0.5\n@scaling.scale 1 0 2\n"
    yield "named", MODEL + 'class_names=["a","b","c"]\n'
    yield "table", MODEL + "table=" + json.dumps(table) + '\nclass_names=["x","y","z"]\n'
    yield "words", MODEL + "table=" + json.dumps(words) + "\n@scaling.offset 2 0 0\n@scaling.scale 2 0 1\n"
    yield "marked", MODEL + "table=" + json.dumps(marked) + "\n"
    yield "numbers", (MODEL.replace("ce", "mse").replace("outputs=3", "outputs=1")
                      .replace("dense 3", "dense 1").replace("1.dense.weight 3", "1.dense.weight 1")
                      .replace("1.dense.bias 3", "1.dense.bias 1")
                      .replace("0.feedback 3", "0.feedback 1")
                      + "answers=numbers\n@targets.offset 1 0 10\n@targets.scale 1 0 0.5\n")
    yield "activations", (MODEL.replace("tanh", "relu, leaky-relu 0.2, softplus, logistic, identity"))
    yield "huge_weights", MODEL.replace("0.weight 2 2 0.5", "0.weight 2 2 1e30").replace("3 2 1", "3 2 1e30")
    yield "huge_net", MODEL.replace("dense 2", "dense 16777216")
    yield "huge_feedback", (MODEL.replace("outputs=3", "outputs=9000")
                            .replace("dense 2, tanh, dense 3", "dense 9000, tanh, dense 1, dense 9000"))
    yield "huge_input", MODEL.replace("1 x 1 x 2", "100 x 1000 x 1000")
    yield "wrong_rule", MODEL.replace("dfa", "xyz")
    yield "no_net", MODEL.replace("net=", "ten=")
    yield "wrong_shape", MODEL.replace("3 2 1", "2 3 1")


CHECKPOINTS = {
    "unchanged": "",
    "adam": "!optimizer=adam\n",
    "momentum": "!optimizer=sgd momentum 0.9 nesterov\n!lr=0.1\n",
    "fa": "!rule=fa\n!net=dense 3, relu, dense 3\n!init=fanin\n",
    "linear": "!rule=linear\n!loss=bce\n",
    "squares": "!loss=mse\n!reduction=sum\n",
    "halfway": "!batch=2\nstep=1\nposition=2\nloss_sum=2.25\nwrong=1\n",
    "second_epoch": "!schedule=cosine warmup 1\nepoch=1\nstep=1\n>{\"epoch\": 1, \"train_loss\": 1.0}\n",
    "log_cut_off": "epoch=1\nstep=1\n>{\"epoch\": 1}\n>{\"epoch\": 2}\n>{\"epo\n",
    "done": "epoch=2\nstep=2\nbest_epoch=1\nbest_val=0.5\n",
    "far_beyond": "epoch=1000000000\nstep=2\n",
    "early_angles": "early_angles=[{\"step\": 1, \"angles\": []}]\n",
    "frozen": "!optimizer=adam\n!freeze=0 until 1\nepoch=1\nstep=1\nfrozen_steps=[1,0]\n",
    "frozen_too_long": "step=1\nfrozen_steps=[2,0]\n",
    "no_angles": "!no-angles=true\n",
    "halved": "!schedule=auto\nhalvings=7\nrunning_error=0.1\n",
    "stepped": "!schedule=step 1 0.5\nepoch=1\n",
    "other_net": "net=dense 5, tanh, dense 3\n",
    "other_data": "data_hash=0123456789abcdef\n",
    "no_slot": "-optimizer.mean_square.0.dense.weight\n",
    "wrong_slot": "@optimizer.mean_square.0.dense.weight 4 3 1\n",
    "no_number": "wrong=many\n",
    "negative": "seconds=-1\n",
    "beyond_the_set": "position=7\n",
    "part_of_an_example": "position=3.5\n",
    "more_wrong_than_tried": "!batch=2\nstep=1\nposition=2\nwrong=3\n",
    "best_to_come": "best_epoch=3\n",
    "no_list_of_angles": "early_angles={\"a\": 1}\n",
    "endless_halvings": "!schedule=auto\nhalvings=9007199254740992\n",
    "endless_epochs": "!schedule=step 1 0.5\nepoch=9007199254740992\n",
    "last_step": "!optimizer=adam\nstep=9007199254740992\n",
    "diverges": "!lr=1e6\n!optimizer=sgd\n!loss=mse\n!epochs=3\n",
}


# ---- Options

CONFIGS = {
    "empty": "{}",
    "some": '{"lr": 0.001, "batch": 32, "rule": "fa", "no-angles": true, "net": "dense 10, tanh, dense 3"}',
    "run_folder": '{"version": "0.1.0", "options": {"seed": 7, "label": null, "header": "yes"}}',
    "text_numbers": '{"lr": "1e-3", "epochs": "5", "test-fraction": 0.25}',
    "unknown": '{"rate": 1}',
    "wrong": '{"batch": 0}',
    "list": '{"net": ["dense 3"]}',
    "twice": '{"lr": 1, "lr": 2}',
    "no_object": "[1, 2]",
    "broken": '{"lr": ',
    "escapes": '{"data": "\\u00e9\\n\\t\\"x"}',
    "big": '{"seed": 18446744073709551615, "lr": 1e400}',
    "big_seed": '{"seed": 9223372036854775807, "val": "last 3"}',
}

GRAMMARS = [
    "dense 800, tanh, dense 10", "dense 3, leaky-relu 0.2, dense 4, softplus, dense 1", "dense 16777216",
    "leaky-relu 0.99999999999", "dense 1, leaky-relu 1e-60, dense 1", "dense", "dense 3,", ", dense 3",
    "dense 2, leaky-relu 0.99999999999, dense 1", "sgd momentum 0.9 nesterov", "sgd nesterov",
    "sgd momentum 0.99999999999", "rmsprop rho 0.9 epsilon 1e-6 initial 1 decay 0.01",
    "adam beta1 0.8 beta2 0.99", "adam beta1 0.9999999999", "constant", "auto", "step 10 0.5", "step 1 1",
    "step 0 0.5", "cosine", "cosine warmup 5", "cosine warmup", "nokland", "lillicrap", "uniform 0.5",
    "uniform 1e-60", "normal 2", "feedback.npz", "zero", "glorot", "bce", "mean", "32x32", "32x", "last 500",
    "0.25", "500", "1e-4", "true", "tab", ";", "18446744073709551615", "portable", "impute", "number",
    "paper", "caf\u00e9", "dense 3, residual (tanh | relu), dense 2",
    "dense 3 nobias, tanh, residual (dense 3), dense 2",
    "conv 2 3x3 pad 1 nobias, batchnorm, relu, residual (conv 2 3x3 pad 1, tanh | conv 2 1x1 nobias, "
    "batchnorm), avgpool all, dense 2",
    "dense 3, residual (residual (residual (tanh), dense 3) | residual (dense 3, gelu)), tanh, dense 2",
    "dense 3, 2 x (residual (2 x (dense 3, tanh))), dense 2",
    "dense 3, residual (dense 3 | dense 3 | dense 3), dense 2", "dense 3, residual (|), dense 2",
    "dense 3, residual (dense 4), dense 2", "residual (dense 3), dense 3", "dense 3, residual (dense 3)",
    "dense 3, residual (dense 3, dense 2", "dense 3 | dense 2", "3 x (dense 3, softplus), dense C",
    "conv 2 2x2, maxpool all, residual (flatten | avgpool 1), dropout 0.5, dense 2", "resnet20", "lenet",
    "multistep 50,75 0.1", "multistep 5,3 0.1",
]

NUMBERS = [
    "0", "-0", "1", "+1.5", "-2.25e10", "1e-300", "4.9e-324", "1.7976931348623157e308", "1e400", ".5", "5.",
    ".", "e5", "1e", "1e+", "0x10", "nan", "inf", " 1", "1 ", "9007199254740993", "0.1",
    "123456789012345678901234567890", "0.000000000000000000000000000000000000001", "18446744073709551615",
    "18446744073709551616",
]

# a byte, the last epoch to keep, and the log
RUNLOGS = {
    "two": 'B{"epoch": 1, "train_loss": 0.5}\n{"epoch": 2, "train_loss": null}\n',
    "one_too_many": 'A{"epoch": 1}\n{"epoch": 2}\n',
    "cut_off": 'B{"epoch": 1}\n{"epo',
    "steps": 'A{"kind": "step", "epoch": 1, "step": 3}\n{"epoch": 1, "step": 5}\n{"kind": "step", "epoch": '
             '2, "step": 6}\n',
    "steps_behind": 'A{"epoch": 1}\n{"kind": "step", "epoch": 4, "step": 9, "missing_from": 2}\n{"epoch": '
                    '4}\n',
    "steps_descend": 'A{"kind": "step", "epoch": 1, "step": 3}\n{"kind": "step", "epoch": 1, "step": 2}\n',
    "anew": '@{"epoch": 1}\n',
    "no_epoch": 'B{"epoch": 1}\n{"loss": 1}\n{"epoch": 2}\n',
    "text_epoch": 'B{"epoch": "1"}\n',
    "real_epoch": 'B{"epoch": 1.0}\n',
    "blank_line": 'B{"epoch": 1}\n\n{"epoch": 2}\n',
    "twice": 'B{"epoch": 1, "epoch": 1}\n',
    "no_object": "B[1]\n1\n",
    "empty": "B",
    "big": 'B{"epoch": 9223372036854775807}\n',
}


def ramp_png(rows, cols, channels):
    lines = b"".join(b"\0" + bytes((r * cols + c) % 256 for c in range(cols * channels)) for r in range(rows))
    return png(cols, rows, 8, 2 if channels == 3 else 0, lines)


def cifar_tar(record):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5",
                     "test_batch"):
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}.bin")
            member.size = len(record)
            archive.addfile(member, io.BytesIO(record))
    return gzip.compress(out.getvalue(), mtime=0)


def image_seeds():
    """A byte of options (modulo 5: npz, npy, bin, tar, a picture), then the file."""
    pixels = npy("|u1", "(2, 2, 3)", bytes(range(12)))
    floats = npy("<f4", "(2, 3)", struct.pack("<6f", *range(6)))
    labels, record = npy("<i8", "(2,)", struct.pack("<2q", 0, 1)), bytes([3]) + bytes(3072)
    targets = npy("<f8", "(2, 2)", struct.pack("<4d", 1, 2, 3, 4))
    both = [("x_train.npy", pixels), ("y_train.npy", labels), ("x_test.npy", pixels), ("y_test.npy", labels)]
    last = [("images.npy", npy("|u1", "(2, 2, 2, 3)", bytes(24))), ("labels.npy", labels)]
    yield "npz", b"\0" + npz(both, zipfile.ZIP_DEFLATED)
    yield "npz_test", b"\x78" + npz(both, zipfile.ZIP_DEFLATED)
    yield "npz_simple", b"\0" + npz([("x.npy", floats), ("y.npy", labels)], zipfile.ZIP_DEFLATED)
    yield "npz_last", b"\0" + npz(last, zipfile.ZIP_DEFLATED)
    yield "npz_targets", b"\x28" + npz([("x.npy", floats), ("y.npy", targets)], zipfile.ZIP_DEFLATED)
    yield "npy", b"\x3d" + pixels
    yield "npy_same", b"\1" + npy(">i2", "(2, 1)", bytes([0, 1, 0, 2]))
    yield "bin", b"\2" + record
    yield "bin_100", b"\7" + bytes([3]) + record
    yield "tar", b"\3" + cifar_tar(record)
    yield "png", b"\4" + ramp_png(3, 4, 1)
    yield "png_colour", b"\4" + ramp_png(4, 3, 3)
    yield "png_cut", b"\4" + ramp_png(4, 3, 3)[:-20]


def main():
    for target, seeds in (("csv", csv_seeds()), ("idx", idx_seeds()), ("gzip", gzip_seeds()),
                          ("safetensors", safetensors_seeds()), ("npy", npy_seeds()),
                          ("arrays", arrays_seeds()),
                          ("picture", picture_seeds()), ("folder", folder_seeds()), ("cifar", cifar_seeds()),
                          ("svhn", svhn_seeds()),
                          ("numpy", numpy_seeds()), ("images", image_seeds()),
                          ("model", model_seeds()), ("checkpoint", CHECKPOINTS.items()),
                          ("config", CONFIGS.items()),
                          ("runlog", RUNLOGS.items()),
                          ("grammar", ((f"text_{i:02}", t) for i, t in enumerate(GRAMMARS))),
                          ("number", ((f"text_{i:02}", t) for i, t in enumerate(NUMBERS)))):
        for name, content in seeds:
            put(target, name, content)


if __name__ == "__main__":
    main()
