#!/usr/bin/env bash
# The whole method on simulated patients: pre-training on unlabelled studies with missing modalities, then a segmentation from few
# labels, with and without it, on patients that no training saw, and a report.
# What is done already is kept, so that it can be interrupted and started again.
set -euo pipefail

usage() {
  cat <<'EOF'
usage: demo.sh PROGRAM FOLDER [--seed N] [--size full|small] [--threads N]
  full learns something; small shows only that everything runs. --seed 1 is the default.
EOF
}

[ $# -ge 2 ] || { usage >&2; exit 2; }
program=$(realpath "$1") folder=$2 seed=1 size=full threads=0
shift 2
while [ $# -gt 0 ]; do
  case "$1" in
  --seed) seed=$2 ;;
  --size) size=$2 ;;
  --threads) threads=$2 ;;
  *) usage >&2; exit 2 ;;
  esac
  shift 2
done
case "$size" in
full) voxel=3 crop=32 template='56 72 64' unlabelled=40 labelled=8 held_out=12 pretrain=200 segment=160 ;;
small) voxel=8 crop=16 template='24 32 24' unlabelled=3 labelled=2 held_out=2 pretrain=4 segment=2 ;;
*) usage >&2; exit 2 ;;
esac
mkdir -p "$folder"
cd "$folder"

say() { printf '\n== %s\n' "$*" >&2; }
brainmvp() { "$program" "$@"; }
quietly() { brainmvp "$@" >>output.txt; }

# Cohorts of different people: simulate NAME STUDIES SEED LAYOUT OPTIONS...
cohort() {
  local name=$1 studies=$2 cohort_seed=$3 layout=$4 task=()
  shift 4
  [ "$layout" = bids ] || task=(--task "$layout")
  [ -d "data/$name" ] || quietly simulate -o "data/$name" --studies "$studies" --seed "$cohort_seed" --layout "$layout" \
    --voxel "$voxel" --threads "$threads" "$@"
  quietly index "data/$name" -o "$name.json" "${task[@]}" --force
  quietly prepare "$name.json" -o "stores/$name" --spacing "$voxel" --threads "$threads"
}

# Goes on with a run that was interrupted.
train() {
  local run=$1
  shift
  if [ -f "$run/checkpoints/last.pt" ]; then set -- "$@" --resume; fi
  quietly "$@" -o "$run" --recipe tiny --crop "$crop" --seed "$seed" --threads "$threads"
}

scratch=(--init scratch --network uniformer_tiny)

segment() {
  train "runs/segment_$1" finetune segment stores/labelled "${@:2}" --steps "$segment" --batch-size 1 --learning-rate 3e-3
}

# Segmentations of the held-out patients: predict NAME RUN OPTIONS...
predict() {
  local name=$1 run=$2
  shift 2
  quietly predict "runs/$run" held_out.json -o "predictions/$name" --resume --threads "$threads" "$@"
  quietly evaluate "predictions/$name" --reference held_out.json -o "results/$name.json" --force
}

mkdir -p data stores runs predictions results
say "making patients from MR physics: $unlabelled with eight modalities, 30% of their images missing and no labels used; $((labelled + held_out)) with tumours, $held_out of them held out"
cohort unlabelled "$unlabelled" "$((seed * 1000))" bids --missing 0.3
gliomas=(--pathology high_grade_glioma,low_grade_glioma)
cohort labelled "$labelled" "$((seed * 1000 + 1))" brats2018 "${gliomas[@]}"
cohort held_out "$held_out" "$((seed * 1000 + 2))" brats2018 "${gliomas[@]}"

say "pre-training a tiny network on the unlabelled ones, $pretrain steps"
# shellcheck disable=SC2086
train runs/pretrain pretrain stores/unlabelled --decoder skips --intensities unclipped --steps "$pretrain" --learning-rate 1e-3 --weight-distillation 10 --cross-modal-from 0.2 --template-size $template --log-images-every "$((pretrain / 4))"

say "learning to segment tumours from $labelled patients, from the pre-trained weights"
# At the full rate the encoder would forget what it learned, and fit the few patients instead.
segment pretrained --init runs/pretrain --encoder-rate 0.1
say "the same from scratch"
segment scratch "${scratch[@]}"

say "predicting the held-out patients: with all modalities, without the contrast-enhanced one, and with FLAIR alone"
predict pretrained segment_pretrained
predict scratch segment_scratch
predict without_t1c segment_pretrained --only flair,t1,t2
predict flair_alone segment_pretrained --only flair
brainmvp evaluate predictions/pretrained --compare predictions/scratch --reference held_out.json -o results/comparison.json --force >results/comparison.txt

say "writing the report"
evaluations=()
for name in comparison without_t1c flair_alone; do
  evaluations+=(--evaluation "results/$name.json")
done
quietly report runs/pretrain runs/segment_pretrained runs/segment_scratch "${evaluations[@]}" \
  --predictions predictions/pretrained --studies held_out.json --title "brainmvp demo" -o report.html --force

cat results/comparison.txt
say "done: open $PWD/report.html"
