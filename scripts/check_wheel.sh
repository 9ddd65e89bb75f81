#!/usr/bin/env bash
# check_wheel.sh PYTHON WHEEL: installs the wheel into an environment of its own, with the packages of PYTHON's environment beside it and no network, and
# runs the program, the Python package and its compiled module there.
set -euo pipefail
fail() { printf 'check_wheel: %s\n' "$*" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wheel=$(realpath "$2")
packages=$("$1" -c 'import sysconfig; print(sysconfig.get_path("platlib"))')
"$1" -m abi3audit --strict --summary "$wheel" || fail "the module needs more than the stable ABI of Python 3.10"
"$1" -m venv "$work/environment"
bin=$work/environment/bin
"$bin/python" -m pip install -q --no-index --no-deps "$wheel"
own=$("$bin/python" -c 'import sysconfig; print(sysconfig.get_path("platlib"))')
unset PYTHONPATH BRAINMVP_PROGRAM LD_LIBRARY_PATH
cd "$work"

"$bin/brainmvp" simulate -o heads --studies 2 --layout brats2021 --voxel 6 -q || fail "the program does not run without torch"
status=0
said=$("$bin/brainmvp" pretrain store -o run 2>&1) || status=$?
[ $status = 2 ] && grep -q 'torch is not installed; pip install' <<<"$said" || fail "without torch it says: $said"

echo "$packages" >"$own/packages.pth"
"$bin/python" -m brainmvp.check || fail "python -m brainmvp.check finds faults"
cat >check.py <<'PYTHON'
import brainmvp
person = brainmvp.simulate_study("brats2021", voxel=6)
assert brainmvp.align(person.images["t1"], person.images["t2"]).displacement_mm < 6
assert brainmvp.compare_labels(person.labels[0], person.labels[0])["dice"].eq(1).all()
assert set(brainmvp.prepare_study(person.images, spacing=6).volumes) == set(person.images)
studies = brainmvp.index("heads", "studies.json")
store = brainmvp.prepare("studies.json", "store", spacing=6)
common = {"recipe": "tiny", "crop": 16, "steps": 1, "threads": 1}
run = brainmvp.finetune("segment", store, "run", init=brainmvp.pretrain(store, "pre", **common), **common)
result = brainmvp.predict({"t1": next(iter(sorted(__import__("pathlib").Path("heads").rglob("*_t1.nii.gz"))))}, run)
assert result.label.ndim == 3 and result.filled
assert brainmvp.Encoder.from_pretrained("brainmvp-tiny-sim", channels=["t1"]).in_channels == 1
PYTHON
"$bin/python" check.py 2>messages.txt || { cat messages.txt >&2; fail "the commands do not run from Python"; }
[ "$("$bin/brainmvp" --version)" = "$("$bin/python" -c 'from brainmvp.process import run_program as run; print(run(["--version"]).strip())')" ] ||
  fail "the console script and the Python package run different programs"

# Another torch than the program's.
site=$work/environment/lib/other
mkdir -p "$site/torch-1.0.dist-info" "$site/torch"
printf 'Metadata-Version: 2.1\nName: torch\nVersion: 1.0\n' >"$site/torch-1.0.dist-info/METADATA"
status=0
said=$(PYTHONPATH=$site "$bin/brainmvp" pretrain store -o other 2>&1) || status=$?
[ $status = 2 ] && grep -q 'torch 1.0 is installed; pip install' <<<"$said" || fail "with another torch it says: $said"
printf 'check_wheel: runs with the libtorch of the installed torch, and says what it needs where that does not fit\n'
