#!/usr/bin/env python3
"""check_safetensors.py - reads files of the library with Python's safetensors and NumPy, and writes files for
the library to read.

    check_safetensors.py FILE            what safetensors reads in FILE: name, type, shape and sum of each,
                                         then the metadata
    check_safetensors.py --write FOLDER  writes what test_tensors and test_arrays read

Exit code 77: a package is missing.
"""

import sys

try:
    import numpy
    from safetensors import safe_open
    from safetensors.numpy import save_file
except ImportError as missing:
    print(f"{missing}; test skipped")
    sys.exit(77)


def show(path):
    with safe_open(path, framework="numpy") as file:
        for name in sorted(file.keys()):
            tensor = file.get_tensor(name)
            shape = "x".join(str(size) for size in tensor.shape)
            print(f"{name} {tensor.dtype} {shape} {tensor.sum(dtype=float):.9g}")
        for key, text in sorted((file.metadata() or {}).items()):
            print(f"{key}={text}")


def write(folder):
    table = numpy.arange(6, dtype="<f4").reshape(2, 3) / 4
    row = numpy.array([0.1, -2.5, 1e30, -0.0])
    tensors = {"table": table, "row": row.astype("<f4")}
    save_file(tensors, f"{folder}/python.safetensors", {"net": "dense 3", "é": "ü"})
    numpy.save(f"{folder}/table.npy", table)
    numpy.save(f"{folder}/row.npy", row)
    numpy.save(f"{folder}/big_table.npy", table.astype(">f4"))
    numpy.save(f"{folder}/big_row.npy", row.astype(">f8"))
    for major in (1, 2, 3):
        with open(f"{folder}/version{major}.npy", "wb") as file:
            numpy.lib.format.write_array(file, table, version=(major, 0))
    numpy.savez(f"{folder}/stored.npz", table=table, row=row)
    numpy.savez_compressed(f"{folder}/deflated.npz", table=table, row=row)
    numpy.save(f"{folder}/fortran.npy", numpy.asfortranarray(table))
    numpy.save(f"{folder}/whole.npy", numpy.arange(4))
    numpy.save(f"{folder}/cube.npy", numpy.zeros((2, 2, 2)))
    numpy.save(f"{folder}/scalar.npy", numpy.float32(1))
    numpy.save(f"{folder}/fields.npy", numpy.zeros(2, dtype=[("x", "<f4")]))


if sys.argv[1:2] == ["--write"] and len(sys.argv) == 3:
    write(sys.argv[2])
elif len(sys.argv) == 2:
    show(sys.argv[1])
else:
    sys.exit(__doc__)
