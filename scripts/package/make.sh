#!/usr/bin/env bash
# make.sh BUILD PYTHON OUT: packs the target `portable` of a build folder into OUT: an archive, a .deb, a definition for Apptainer and a wheel. BUILD/package
# holds what they are made from. PYTHON has setuptools.
set -euo pipefail
here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
build=$(realpath "$1") python=$(realpath -s "$2") out=$(realpath -m "$3")
version=$(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' "$build/CMakeCache.txt")
archive=brainmvp-$version-linux-$(uname -m)
work=$build/package stage=$build/package/$archive
glibc=2.28

install_tree() {
  local component
  for component in portable portable-libtorch share; do
    cmake --install "$build" --prefix "$stage" --component $component --strip >/dev/null
  done
  python3 "$here/../check_symbols.py" $glibc "$stage/bin" "$stage/lib" >&2
}

make_archive() { tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner -cf - "$archive" | gzip -6n >"$out/$archive.tar.gz"; }

make_deb() {
  local tree=$work/deb file=brainmvp_${version}_amd64.deb
  mkdir -p "$tree"/{DEBIAN,usr/lib/brainmvp,usr/bin,usr/share/zsh}
  cp -al "$stage"/{bin,lib} "$tree/usr/lib/brainmvp/"
  cp -a "$stage"/share/{doc,man,bash-completion} "$tree/usr/share/"
  cp -a "$stage/share/zsh/site-functions" "$tree/usr/share/zsh/vendor-completions"
  gzip -9n "$tree"/usr/share/man/man1/*.1
  ln -s ../lib/brainmvp/bin/brainmvp "$tree/usr/bin/brainmvp"
  cat >"$tree/DEBIAN/control" <<CONTROL
Package: brainmvp
Version: $version
Architecture: amd64
Maintainer: The brainmvp developers
Depends: libc6 (>= $glibc)
Installed-Size: $(du -sk "$tree/usr" | cut -f1)
Section: science
Priority: optional
Description: pre-training and use of 3D networks on brain MRI
 Pre-trains, fine-tunes and runs 3D networks on multi-parametric brain MRI, on
 the processors of one machine or several. All libraries but those of glibc lie
 beside the program.
CONTROL
  dpkg-deb --root-owner-group -Zgzip -z6 --build "$tree" "$out/$file" >/dev/null
}

make_definition() { sed -e "s/@VERSION@/$version/; s/@ARCHIVE@/$archive/" "$here/brainmvp.def.in" >"$out/brainmvp.def"; }

# The Python package, its compiled module, and the program without libtorch, which comes with torch.
make_wheel() {
  local tree=$work/wheel torch inside=$work/wheel/brainmvp_program
  torch=$(sed -n 's/^BRAINMVP_TORCH_DIR:PATH=//p' "$build/CMakeCache.txt")
  torch=$(sed -nE "s/^__version__ = '([0-9]+\.[0-9]+)\..*/\1/p" "$torch/version.py")
  cp -r "$here/../../python" "$tree"
  find "$tree" -name __pycache__ -prune -exec rm -r {} +
  mkdir "$inside/lib"
  cp -r "$stage/bin" "$inside/"
  cp -r "$stage"/lib/{brainmvp,libstdc++.so.6,libgcc_s.so.1} "$inside/lib/"
  printf '%s\n' "$torch" >"$inside/libtorch.txt"
  cp -r "$stage/share" "$tree/share"
  cmake --install "$build" --prefix "$tree" --component portable-native >/dev/null
  python3 "$here/../check_symbols.py" --without libgcc_s.so.1 -- $glibc "$tree/brainmvp_native" >&2
  rm -r "$tree/native"
  cp "$here/../../LICENSE" "$here/wheel_setup.py" "$tree/"
  mv "$tree/wheel_setup.py" "$tree/setup.py"
  (cd "$tree" && WHEEL_PLATFORM=manylinux_${glibc/./_}_$(uname -m) WHEEL_TORCH=$torch "$python" setup.py -q bdist_wheel --dist-dir "$out" >"$work/wheel.txt" 2>&1) ||
    { cat "$work/wheel.txt" >&2; exit 1; }
}

rm -rf "$work"
mkdir -p "$work" "$out"
install_tree
for part in archive deb definition wheel; do make_$part; done
