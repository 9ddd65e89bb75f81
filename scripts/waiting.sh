#!/usr/bin/env bash
# What it costs that threads spin while they wait: a step of `bench step --crop 32` and of the demo's fine-tuning, alone and beside
# busy processes, with threads that sleep (as the program has it) and that spin (as OpenMP has it by itself), in turn.
# Prints a row for each measurement. Only a machine that does nothing else gives figures worth keeping.
set -euo pipefail

[ $# -ge 2 ] || { echo 'usage: waiting.sh PROGRAM FOLDER [BUSY...]; BUSY: numbers of busy processes, 0 2 8 by default' >&2; exit 2; }
program=$(realpath "$1") folder=$2
shift 2
[ $# -gt 0 ] || set -- 0 2 8
steps=${STEPS:-12} repetitions=${REPETITIONS:-5}
spin=(env GOMP_SPINCOUNT=300000)
mkdir -p "$folder"
cd "$folder"

if [ ! -e store/store.json ]; then
  "$program" simulate -q -o data --studies 8 --seed 1001 --layout brats2018 --voxel 3 --pathology high_grade_glioma,low_grade_glioma -f >&2
  "$program" index -q data --task brats2018 -o labelled.json -f >&2
  "$program" prepare -q labelled.json -o store --spacing 3 >&2
fi

busy=()
stop_busy() { [ ${#busy[@]} -eq 0 ] || kill "${busy[@]}" 2>/dev/null || true; busy=(); }
trap stop_busy EXIT

bench_step() {
  "$@" "$program" bench step --crop 32 --precision fp32 --no-baseline --repetitions "$repetitions" --json 2>/dev/null |
    sed -n 's/.*"seconds": \([0-9.e-]*\).*/\1/p' | tail -1
}

# The median of the steps after the first two.
finetune_step() {
  "$@" "$program" finetune segment store -o run -f -q --init scratch --network uniformer_tiny --recipe tiny --crop 32 --batch-size 1 \
    --learning-rate 1e-3 --steps "$steps" --validate-every 100000 >/dev/null
  sed -n 's/.*[{,]"seconds":\([0-9.e-]*\).*/\1/p' run/metrics.jsonl | tail -n +3 | sort -g | sed -n "$(((steps - 2 + 1) / 2))p"
}

echo 'what	busy processes	threads that wait	seconds a step'
for count in "$@"; do
  for ((i = 0; i < count; ++i)); do
    (while :; do :; done) &
    busy+=($!)
  done
  for what in bench_step finetune_step; do
    printf '%s\t%s\tsleep\t%s\n' "$what" "$count" "$("$what")"
    printf '%s\t%s\tspin\t%s\n' "$what" "$count" "$("$what" "${spin[@]}")"
  done
  stop_busy
done
