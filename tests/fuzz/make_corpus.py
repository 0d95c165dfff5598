#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes the seeds of tests/fuzz/corpus: what is known to hurt, and what once failed.

    make_corpus.py [FOLDER]        FOLDER: tests/fuzz/corpus by default
"""
import gzip
import struct
import sys
from pathlib import Path

import h5py
import numpy as np

FOLDER = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "corpus")

HEAD = 'study = "toy_mean"\nseed = 7\n'
STUDY_FILES = {
    "smallest": 'study = "toy_mean"\n',
    "grid": HEAD + 'draws = 8\n[parameters]\nn = 30\nlaw = "uniform"\nshift = 2.5\nridge = [0.0, 1e-4, 1.0]\n'
            "[sweep]\nscale = [1.0, 2.0]\nn = { from = 10, to = 1000, count = 5, scale = \"log\" }\n"
            "[theory]\nn = { from = 10, to = 1000, count = 40 }\n",
    "zip": HEAD + 'draws = { min = 2, max = 64, until = { observable = "test_error", relative_stderr = 0.01 } }\n'
           'common_random_numbers = true\n[sweep]\ncombine = "zip"\nn = [5, 10]\nlaw = ["gauss", "uniform"]\n'
           "[theory]\nn = [5, 6]\nlaw = [\"gauss\", \"uniform\"]\n",
    "lists": HEAD + "[parameters]\nweights = [1, 2, 3]\nsolver = \"iterative\"\n[sweep]\nweights = [[1.0], [1.0, 2.0]]\n"
             "steps = [10, \"inf\"]\n",
    "every_toml_type": HEAD + "draws = 1_000\nflag = true\nday = 1979-05-27T07:32:00Z\nhex = 0xff\n[a.b.\"c d\"]\nx = '''raw'''\n",
    "numbers": HEAD + "[parameters]\nscale = nan\n[sweep]\nn = [-inf, +inf, 1e999, 9223372036854775807, -9223372036854775808]\n",
    "huge_integer": HEAD + "[parameters]\nn = 99999999999999999999999999\n",
    "million_points": HEAD + "[sweep]\nscale = { from = 1, to = 2, count = 1000 }\nn = { from = 2, to = 1001, count = 1000 }\n",
    "too_many_points": HEAD + "[sweep]\nscale = { from = 1, to = 2, count = 1000000 }\nn = { from = 2, to = 1001, count = 1000 }\n",
    "many_draws": HEAD + "draws = 1000000000\n[sweep]\nn = [5, 6]\n",
    "deep_arrays": HEAD + "x = " + "[" * 20000,
    "deep_tables": HEAD + "x = " + "{a=" * 8000,
    "deep_keys": HEAD + ".".join("a" * 20000) + " = 1\n",
    "deep_headers": HEAD + "[" + ".".join("a" * 5000) + "]\n" * 20,
    "not_utf8": b'study = "toy_mean\xff\xfe"\n',
    "cut_utf8": b'study = "toy_mean\xe2\x82',
    "byte_order_mark": b'\xef\xbb\xbfstudy = "toy_mean"\n',
    "zero_byte": b'study = "toy\x00mean"\n',
    "open_string": 'study = """toy_mean\n\n\n',
    "with_settings": HEAD + "# Settings of the command line:\n# --set n=50\n# --set sweep.scale=[1, 2]\n",
    "duplicate_key": HEAD + "seed = 8\n",
    "wrong_names": HEAD + 'drwas = 8\n[parameters]\nN = 5\n[sweep]\nridge = [1.0]\n',
    "empty": "",
}
SETTINGS = {
    "plain": "n=100\ndraws=8\nseed=5\n", "tables": "sweep.n=[100, 200]\ntheory.scale={ from = 1, to = 2, count = 3 }\n",
    "words": "law=uniform\nlabel=./data.h5\nlabel=3d.h5\nlabel=10\n", "quotes": "label=\"a b\"\nlabel='x'\nlabel=\"\n",
    "nothing": "=\nn=\nn\n==\n", "deep": "n=" + "[" * 20000 + "\n", "deep_path": "a" + ".a" * 20000 + "=1\n",
    "numbers": "n=1e400\nn=nan\nscale=inf\nn=99999999999999999999\n", "not_utf8": b"label=\xff\xfe\nn=\xc3\n",
    "zero_byte": b"label=a\x00b\n", "comment": "label=x # y\nn=5 # five\n", "remove_sweep": "scale=1.0\nlaw=gauss\n",
    "quotes_the_mark": "sweep.scale=[1.0]\ndraws=3 # Settings of the command line:\n",
    "over_tables": "sweep=5\nparameters=[]\ndraws.until.observable=spread\n", "two_keys": "n=5\\nseed=6\nn=5,seed=6\n",
}
LAYOUT = ('{"axes":[{"long_name":"","name":"N","type":"integer","unit":"1","values":[5,10]}],"common_random_numbers":false,'
          '"dimensions":[{"long_name":"","name":"ridge","type":"real","unit":"1","values":[0.1,"inf","nan"]}],"draws":4,'
          '"identity":"i","observables":[{"dimensions":["ridge"],"long_name":"","name":"e","summary":"mean","theory_of":"",'
          '"unit":"1"}],"paper":"","point_coordinates":[],"seed":7,"study":"s","study_file":"",'
          '"theory":[{"dimensions":["ridge"],"long_name":"","name":"e_theory","summary":"mean","theory_of":"e","unit":"1"}],'
          '"theory_axes":[{"long_name":"","name":"N","type":"text","unit":"1","values":["a","b"]}]}')
LAYOUTS = {
    "whole": LAYOUT, "deep": "[" * 20000, "no_object": "17", "huge_draws": LAYOUT.replace('"draws":4', '"draws":9223372036854775807'),
    "negative_draws": LAYOUT.replace('"draws":4', '"draws":-1'), "real_draws": LAYOUT.replace('"draws":4', '"draws":1e300'),
    "unsigned_seed": LAYOUT.replace('"seed":7', '"seed":18446744073709551615'), "real_coordinate": LAYOUT.replace("[5,10]", "[5,1e300]"),
    "unknown_dimension": LAYOUT.replace('["ridge"]', '["none"]'), "same_names": LAYOUT.replace('"e"', '"N"'),
    "path_names": LAYOUT.replace('"e"', '"../e"'), "many_dimensions": LAYOUT.replace('["ridge"]', "[" + ",".join(['"ridge"'] * 64) + "]"),
    "exponential_size": LAYOUT.replace('["ridge"]', "[" + ",".join(['"ridge"'] * 31) + "]"),
    "wrong_types": LAYOUT.replace("[5,10]", '[5,"x"]'), "not_utf8": LAYOUT.encode().replace(b'"paper":""', b'"paper":"\xff"'),
}


def put(target, name, content):
    folder = FOLDER / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def idx(*sizes, elements=None, kind=8):
    count = int(np.prod(sizes)) if elements is None else elements
    return bytes([0, 0, kind, len(sizes)]) + b"".join(struct.pack(">I", s) for s in sizes) + bytes(i % 251 for i in range(count))


def make_idx():
    whole = idx(3, 4, 5)
    files = {"labels": idx(7), "images": whole, "four_dimensions": idx(2, 2, 2, 2), "truncated": whole[:-3], "excess": whole + b"x",
             "zero": idx(0, 5), "absurd": idx(2**32 - 1, 2**32 - 1, 2**32 - 1, elements=9), "lies": idx(2**31, 100, elements=9),
             "floats": idx(3, kind=13), "no_dimension": b"\0\0\x08\0", "many_dimensions": b"\0\0\x08\xff" + b"\0\0\0\1" * 255,
             "header_only": b"\0\0", "empty": b""}
    for name, content in files.items():
        put("idx", name, content)
    packed = gzip.compress(whole, mtime=0)
    put("idx", "gzip", packed)
    put("idx", "gzip_truncated", packed[:-6])
    put("idx", "gzip_wrong_checksum", packed[:-8] + b"\1\2\3\4" + packed[-4:])
    put("idx", "gzip_twice", packed + packed)
    put("idx", "gzip_bomb", gzip.compress(idx(2**22, elements=2**22), mtime=0))


def make_hdf5():
    folder = FOLDER / "hdf5"
    folder.mkdir(parents=True, exist_ok=True)

    def write(name, fill, **options):
        (folder / name).unlink(missing_ok=True)
        with h5py.File(folder / name, "w", **options) as file:
            fill(file)

    x = np.arange(12.0).reshape(4, 3)

    def samples(file):
        file["X"] = x
        file["y"] = np.array([1, -1, 1, -1], dtype="i4")
        file["X_test"] = x[:2].astype("f4")
        file["y_test"] = np.array([1, 1], dtype="i8")

    write("samples", samples)
    write("samples_new_format", samples, libver="latest")
    write("big_endian", lambda f: f.create_dataset("x", data=x.astype(">f8")))
    write("chunked", lambda f: f.create_dataset("X", data=x, chunks=(2, 2), compression="gzip", shuffle=True, fletcher32=True))
    write("not_finite", lambda f: f.create_dataset("X", data=np.where(x == 7, np.nan, x)))
    write("text", lambda f: f.create_dataset("X", data=np.array([[b"a", b"b"]])))
    write("group", lambda f: f.create_group("X"))
    write("empty_dataset", lambda f: f.create_dataset("X", shape=(0, 3)))
    write("three_dimensions", lambda f: f.create_dataset("X", data=np.zeros((2, 2, 2))))
    write("scalar", lambda f: f.create_dataset("X", data=1.0))
    write("other_labels", lambda f: (f.create_dataset("X", data=x), f.create_dataset("y", data=np.zeros(5))))
    write("absurd_shape", lambda f: f.create_dataset("X", shape=(10**9, 10**9), chunks=(10, 10)))
    write("unwritten", lambda f: f.create_dataset("X", shape=(10**5, 10**4), chunks=(100, 100)))
    write("unwritten_contiguous", lambda f: f.create_dataset("X", shape=(10**5, 10**4)))
    write("unwritten_labels", lambda f: (f.create_dataset("X", data=x), f.create_dataset("y", shape=(10**12,), chunks=(1000,))))
    write("link_loop", lambda f: f.__setitem__("X", h5py.SoftLink("/X")))
    write("link_out", lambda f: f.__setitem__("X", h5py.ExternalLink("/nowhere.h5", "X")))
    whole = (folder / "samples").read_bytes()
    put("hdf5", "truncated", whole[: len(whole) // 2])
    put("hdf5", "signature_only", whole[:8])
    put("hdf5", "empty", b"")


def make_store():
    patch = lambda *pairs: b"".join(struct.pack("<IB", place, mask) for place, mask in pairs)
    put("store", "whole", b"")
    for name, pairs in {"superblock_version": [(8, 1)], "superblock_address": [(12, 255)], "root_header": [(48, 64)],
                        "cut_to_nothing": [(0, 0)], "cut_in_signature": [(5, 0)], "cut_in_metadata": [(3000, 0)],
                        "cut_at_a_page": [(65536, 0)], "two_pages": [(4096, 1), (8192, 128)],
                        "scattered": [(k * 997, 1 << (k % 8)) for k in range(40)]}.items():
        put("store", name, patch(*pairs))
    put("store", "foreign", (FOLDER / "hdf5" / "samples").read_bytes())


for target, seeds in (("study_file", STUDY_FILES), ("setting", SETTINGS), ("layout", LAYOUTS)):
    for seed, text in seeds.items():
        put(target, seed, text)
make_idx()
make_hdf5()
make_store()
