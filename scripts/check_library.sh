#!/usr/bin/env bash
# check_library.sh BUILD TORCH: installs a build folder's libraries and builds and runs examples/library on them, as another project would.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
build=$1 torch=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work/prefix" --component development >/dev/null
cp -r "$root/examples/library" "$work/example"
if grep -rl "$root" "$work/prefix/lib/cmake"; then
  echo "the installed files of CMake name the source folder" >&2
  exit 1
fi
cmake -S "$work/example" -B "$work/build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$work/prefix" -DBRAINMVP_TORCH_DIR="$torch" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
cmake --build "$work/build" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }

brainmvp=$build/bin/brainmvp
"$brainmvp" simulate -q -o "$work/raw" --layout folders --studies 1 --voxel 4
image=$(find "$work/raw" -iname '*t1*.nii.gz' | sort | head -n 1)
"$work/build/prepare" "$image" t1 "$work/prepared.nii.gz" | grep -q 'voxels of 2 mm'
"$brainmvp" index -q "$work/raw" -o "$work/studies.json"
"$brainmvp" prepare -q "$work/studies.json" -o "$work/store" --spacing 2
"$brainmvp" pretrain -q "$work/store" -o "$work/run" --recipe tiny --objective mae --crop 32 --steps 1 --threads 1
"$work/build/features" "$work/run/checkpoints/last.pt" uniformer_tiny "$work/prepared.nii.gz" >"$work/features"
[ "$(wc -l <"$work/features")" -eq 4 ]
grep -q '^\[1, 192, 2, 2, 2\] mean ' "$work/features"
! "$work/build/prepare" "$work/nothing.nii" t1 "$work/no.nii.gz" 2>"$work/refused"
grep -q 'nothing.nii' "$work/refused"
