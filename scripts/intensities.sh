#!/usr/bin/env bash
# What clipping the intensities costs a segmentation from scratch: the demo's gliomas (8 simulated patients to train, 12 held out), and
# real heads by leave-one-out, each with clipped and with unclipped intensities, otherwise the same. Then the tables of docs/background/results.md, in FOLDER/tables.
# What is done already is kept, so that it can be interrupted and started again.
set -euo pipefail

usage() {
  cat <<'EOF2'
usage: intensities.sh PROGRAM FOLDER [--seeds N] [--heads DATA] [--steps N] [--threads N]
  DATA: a folder of studies with label maps. The last step is evaluated, not the best one.
EOF2
}

[ $# -ge 2 ] || { usage >&2; exit 2; }
here=$(dirname "$(realpath "$0")") program=$(realpath "$1") folder=$2 seeds=5 heads='' steps=200 threads=0
shift 2
while [ $# -gt 0 ]; do
  case "$1" in
  --seeds) seeds=$2 ;;
  --heads) heads=$(realpath "$2") ;;
  --steps) steps=$2 ;;
  --threads) threads=$2 ;;
  *) usage >&2; exit 2 ;;
  esac
  shift 2
done
mkdir -p "$folder"
cd "$folder"

quietly() { "$program" "$@" >>output.txt; }

# one RESULT STORE STUDIES INTENSITIES SEED STEPS OPTIONS...: trains, predicts the validation fold or STUDIES, and evaluates.
one() {
  local result=$1 store=$2 studies=$3 intensities=$4 seed=$5 length=$6
  shift 6
  [ ! -f "$result.json" ] || return 0
  mkdir -p "$(dirname "$result")"
  local resume=--force
  [ ! -f "$result.run/checkpoints/last.pt" ] || resume=--resume
  quietly finetune segment "$store" -o "$result.run" --init scratch --network uniformer_tiny --recipe tiny --crop 32 --batch-size 1 \
    --learning-rate 1e-3 --validate-every 1000000 --steps "$length" --intensities "$intensities" --seed "$seed" --threads "$threads" "$@" "$resume"
  quietly predict "$result.run/checkpoints/last.pt" "$studies" -o "$result.masks" --threads "$threads" --force
  quietly evaluate "$result.masks" --reference "$studies" -o "$result.json" --force
}

cohort() {
  local name=$1 studies=$2 seed=$3
  [ -f "$name.json" ] && return
  quietly simulate -o "data/$name" --studies "$studies" --seed "$seed" --layout brats2018 --voxel 3 --threads "$threads" \
    --pathology high_grade_glioma,low_grade_glioma --force
  quietly index "data/$name" --task brats2018 -o "$name.json" --force
}

# Each left-out patient is a list of its own, so that it is predicted without being in the store's folds.
leave_one_out() {
  [ -d stores/heads ] || quietly prepare heads.json -o stores/heads --spacing 2 --threads "$threads"
  local fold folds
  folds=$(python3 "$here/intensities.py" split heads.json)
  for ((seed = 1; seed <= seeds; ++seed)); do
    for ((fold = 0; fold < folds; ++fold)); do
      for intensities in unclipped clipped; do
        one "results/heads/$seed/$fold.$intensities" stores/heads "heads_$fold.json" "$intensities" "$seed" "$steps" --fold "$fold"
      done
    done
  done
}

gliomas() {
  local seed intensities
  for ((seed = 1; seed <= seeds; ++seed)); do
    cohort "labelled_$seed" 8 "$((seed * 1000 + 1))"
    cohort "held_out_$seed" 12 "$((seed * 1000 + 2))"
    [ -d "stores/$seed" ] || quietly prepare "labelled_$seed.json" -o "stores/$seed" --spacing 3 --threads "$threads"
    for intensities in unclipped clipped; do
      one "results/gliomas/$seed/0.$intensities" "stores/$seed" "held_out_$seed.json" "$intensities" "$seed" 160
    done
  done
}

if [ -n "$heads" ]; then
  studies=$(find "$heads" -mindepth 1 -maxdepth 1 -type d | wc -l)
  [ -f heads.json ] || quietly index "$heads" -o heads.json --folds "$studies" --force
  leave_one_out
fi
gliomas
python3 "$here/intensities.py" tables results tables
