#!/usr/bin/env python3
"""
check_onnx.py MODEL.onnx INPUTS.csv SCORES.csv [TOLERANCE] - an exported model is valid ONNX, and onnxruntime
computes the scores that backless computed.

INPUTS.csv: a row of raw numbers for each example, without a header; an empty field is a missing value.
SCORES.csv: as `backless predict --proba` writes it (of numbers: without --proba). The largest difference is
at most TOLERANCE (1e-5) times the largest score. Weights have the names of the model's file.
"""
import csv
import sys

import numpy as np
import onnx
import onnxruntime


def table(path, skips_header, first):
    with open(path, newline="") as file:
        rows = list(csv.reader(file))[1 if skips_header else 0:]
    return np.array([[float(field) if field else np.nan for field in row[first:]] for row in rows])


def main():
    path, inputs, scores = sys.argv[1:4]
    tolerance = float(sys.argv[4]) if len(sys.argv) > 4 else 1e-5
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    sides = session.get_inputs()[0].shape[1:]
    x = table(inputs, False, 0).astype(np.float32).reshape(-1, *sides)
    expected = table(scores, True, 1)
    found = session.run(None, {"input": x})[0]
    if found.shape != expected.shape:
        sys.exit(f"{path}: the scores are {found.shape}, expected {expected.shape}")
    if not np.isfinite(found).all():
        sys.exit(f"{path}: a score is not finite")
    difference = np.abs(found - expected).max() / np.abs(expected).max()
    if not difference <= tolerance:
        sys.exit(f"{path}: the scores differ by {difference:.3g} of the largest, allowed are {tolerance:g}")
    one = session.run(None, {"input": x[:1]})[0]
    if np.abs(one - found[:1]).max() > 1e-6 * np.abs(expected).max():
        sys.exit(f"{path}: one example gives other scores than the same example in a batch")
    if not any(t.name.endswith("dense.weight") for t in model.graph.initializer):
        sys.exit(f"{path}: no weights of a dense layer have their names")
    print(f"{difference:.2g}")


main()
