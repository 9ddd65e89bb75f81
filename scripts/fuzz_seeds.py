#!/usr/bin/env python3
"""Corpora for ./dev fuzz: scripts/fuzz_seeds.py OUT [DATA]

Makes OUT/<target>/ from tests/golden, the texts of the sources and, where DATA (the folder of real data) is given, small copies of
DATA/faulty: each keeps the fault of its header and a few voxels. Run from the root of the repository. What it writes may hold
patient data, so it stays out of git.
"""
import gzip
import io
import json
import pathlib
import struct
import sys
import zipfile

HEADERS = {348: (40, "h", 1), 540: (16, "q", 2)}  # length -> where dim stands, its type, version
SMALL = (4, 3, 2)


def small_nifti(data: bytes) -> bytes:
    """The file with at most 4 x 3 x 2 voxels, where its header can be understood; else its first bytes."""
    for order in "<>":
        if len(data) < 352 or struct.unpack(order + "i", data[:4])[0] not in HEADERS:
            continue
        at, kind, version = HEADERS[struct.unpack(order + "i", data[:4])[0]]
        form = f"{order}8{kind}"
        dim = list(struct.unpack_from(form, data, at))
        bits = struct.unpack_from(order + "h", data, 72 if version == 1 else 14)[0]
        voxels = 1
        for axis in range(3):
            dim[axis + 1] = min(dim[axis + 1], SMALL[axis])  # negative ones stay
            voxels *= max(dim[axis + 1], 1)
        voxels *= max(dim[4], 1) if dim[0] > 3 else 1
        header = bytearray(data[:352 if version == 1 else 544])
        struct.pack_into(form, header, at, *dim)
        start = len(header)
        return bytes(header) + data[start:start + voxels * max(bits, 8) // 8]
    return data[:2048]


def faulty_seeds(folder: pathlib.Path):
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or not any(path.name.lower().endswith(e) for e in (".nii", ".gz", ".zst")):
            continue
        data = path.read_bytes()
        yield "gzip", path.name, data[:1024] + data[-64:]
        try:
            plain = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
        except (OSError, EOFError):
            plain = data[:2048]
        yield "nifti", path.name, small_nifti(plain)
        if data[:2] == b"\x1f\x8b":
            yield "nifti", path.name + ".gz", gzip.compress(small_nifti(plain), mtime=0)
            yield "gzip", path.name + ".small", gzip.compress(small_nifti(plain), mtime=0)


def checkpoint_seeds(folder: pathlib.Path):
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        if path.suffix == ".safetensors":
            yield "safetensors", path.name, data
        elif path.suffix == ".pt":
            yield "pt", path.name, data
            try:
                with zipfile.ZipFile(io.BytesIO(data)) as archive:
                    for name in archive.namelist():
                        if name.endswith("data.pkl"):
                            yield "pickle", path.name, archive.read(name)
            except zipfile.BadZipFile:
                pass


def volume_seeds(golden: pathlib.Path):
    for path in sorted(golden.rglob("*.nii*")):
        data = path.read_bytes()
        plain = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
        yield "nifti", f"{path.parent.name}_{path.name}", small_nifti(plain)


def text_seeds(root: pathlib.Path):
    for path in sorted([*root.glob("data/tasks/*.toml"), root / "src/study/modalities.toml"]):
        yield "config", path.name, path.read_bytes()
    yield "config", "run.toml", b'seed = 1\n[train]\nsteps = 300\nlearning_rate = 3e-4\nlist = ["a", 1, true]\n"q.k" = \'x\'\n'
    entry = {"id": "p1", "image": ["p1/t1.nii.gz", "p1/flair.nii.gz"], "modality": ["t1", "flair"], "label": "p1/seg.nii.gz",
             "class": "x", "fold": 1, "patient": "p", "dataset": "d"}
    whole = {"training": [entry], "validation": ["a_t2.nii"], "test": [{"image": "b_t1c.nii", "class": [0, 1]}],
             "labels": {"background": 0, "lesion": 1}, "regions": {"all": [1, 2]}, "classes": ["w", "x"], "modalities": ["mtr"]}
    yield "studies", "whole.json", json.dumps(whole).encode()
    yield "studies", "dataset.json", json.dumps({"channel_names": {"0": "T1"}, "labels": {"0": "background", "1": "x"},
                                                 "training": [{"image": "a.nii", "label": "b.nii"}]}).encode()
    yield "table", "participants.tsv", b"participant_id\tage\tdx\nsub-01\t7\tADHD\nsub-02\tn/a\t-999\n"
    yield "table", "quoted.csv", b'id,"class"\r\n"a, ""b""\nc",1.0\r\n011_S_0021,\r\n'
    meta = (b"ObjectType = Image\nNDims = 3\nBinaryData = True\nCompressedData = False\nDimSize = 2 2 2\n"
            b"ElementSpacing = 1 1 1\nElementType = MET_UCHAR\nElementDataFile = LOCAL\n12345678")
    yield "text_image", "local.mha", meta
    nrrd = (b"NRRD0004\ntype: uchar\ndimension: 3\nsizes: 2 2 2\nencoding: raw\nspace: RAS\n"
            b"space directions: (1,0,0) (0,1,0) (0,0,1)\nspace origin: (0,0,0)\n\n12345678")
    yield "text_image", "raw.nrrd", nrrd
    yield "text_image", "text.nrrd", nrrd.replace(b"raw", b"ascii")


def main() -> None:
    root, out = pathlib.Path.cwd(), pathlib.Path(sys.argv[1])
    sources = [checkpoint_seeds(root / "tests/golden/checkpoints"), volume_seeds(root / "tests/golden"), text_seeds(root)]
    if len(sys.argv) > 2 and (pathlib.Path(sys.argv[2]) / "faulty").is_dir():
        sources.append(faulty_seeds(pathlib.Path(sys.argv[2]) / "faulty"))
    for source in sources:
        for target, name, data in source:
            if len(data) <= 65536:
                (out / target).mkdir(parents=True, exist_ok=True)
                (out / target / name.replace("/", "_")).write_bytes(data)


if __name__ == "__main__":
    main()
