#!/usr/bin/env bash
# Checks that a package of brainmvp needs nothing but glibc: it is unpacked into a folder with a space in its name, where every
# library that it loads must lie, and runs there with an empty environment, and in a root that holds glibc alone.
#   check_package.sh ARCHIVE.tar.gz         what ./dev package made
#   check_package.sh --install BUILD        what cmake --install makes of a build folder, for this machine
set -euo pipefail
scripts=$(realpath "$(dirname "${BASH_SOURCE[0]}")")

fail() { printf 'check_package: %s\n' "$*" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

unpacked=$work/'some folder'
mkdir "$unpacked"
if [ "$1" = --install ]; then
  cmake --install "$2" --prefix "$unpacked/installed" >/dev/null
  glibc_version=2.36 # of Debian 12
else
  glibc_version=2.28
  tar -C "$unpacked" -xzf "$1"
fi
home=$(echo "$unpacked"/*)
program=$home/bin/brainmvp
[ -x "$program" ] || fail "there is no bin/brainmvp"
[ -f "$home/share/doc/brainmvp/LICENSE" ] || fail "the licence is missing"
[ -d "$home/share/doc/brainmvp/licences/torch" ] || fail "the licences of libtorch are missing"
for file in man/man1/brainmvp.1 man/man1/brainmvp-pretrain.1 bash-completion/completions/brainmvp zsh/site-functions/_brainmvp; do
  [ -s "$home/share/$file" ] || fail "share/$file is missing"
done

glibc='^(libc|libm|librt|libdl|libpthread)\.so\.|^/lib64/ld-linux-x86-64\.so\.2$|^linux-vdso\.so\.1$'
libraries=$(env -i /usr/bin/ldd "$program" "$program-torch")
outside=$(awk -v home="$home/bin/../lib/" -v glibc="$glibc" '/^\t/ && $1 !~ glibc && index($0, " => " home) == 0' <<<"$libraries")
[ -z "$outside" ] || fail "these libraries are not in the package:"$'\n'"$outside"
python3 "$scripts/check_symbols.py" $glibc_version "$home/bin" "$home/lib" || fail "it does not run with glibc $glibc_version"

cd "$work"
env -i "$program" --version >/dev/null
env -i "$program" simulate -o heads --studies 2 --layout brats2021 --voxel 6 -q
env -i "$program" index heads -o studies.json -q >/dev/null 2>&1
env -i "$program" prepare studies.json -o store -q >/dev/null
env -i "$program" pretrain store -o run --recipe tiny --steps 1 -q
[ -s run/checkpoints/last.pt ] || fail "pretrain wrote no checkpoint"
env -i "$program" finetune segment store -o lesions --init brainmvp-tiny-sim --recipe tiny --crop 32 --steps 1 -q || fail "the weights to start from are not found"

# A root without a shell, a locale or a user. Needs root, or a kernel that lets users make namespaces. $ORIGIN is found through
# /proc, which that root lacks, or LD_ORIGIN_PATH.
enter=("$(PATH=$PATH:/usr/sbin command -v chroot)")
if [ "$(id -u)" != 0 ]; then enter=("$(command -v unshare)" --user --map-root-user "${enter[@]}"); fi
if "${enter[@]}" / /bin/true 2>/dev/null; then
  mkdir -p root/lib64 root/tmp
  cp -L /lib64/ld-linux-x86-64.so.2 root/lib64/
  while read -r library; do
    mkdir -p "root$(dirname "$library")"
    cp -L "$library" "root$library"
  done < <(awk -v glibc="$glibc" '$1 ~ glibc && $2 == "=>" {print $3}' <<<"$libraries" | sort -u)
  mv "$home" root/brainmvp
  env -i LD_ORIGIN_PATH=/brainmvp/bin "${enter[@]}" root /brainmvp/bin/brainmvp --version >/dev/null || fail "does not start where there is only glibc"
  env -i LD_ORIGIN_PATH=/brainmvp/bin "${enter[@]}" root /brainmvp/bin/brainmvp simulate -o /tmp/heads --studies 1 --voxel 6 -q || fail "does not run where there is only glibc"
  alone=", and with glibc alone"
fi
printf 'check_package: runs from another folder%s; needs glibc %s\n' "${alone:- (not tried with glibc alone: needs root)}" "$glibc_version"
