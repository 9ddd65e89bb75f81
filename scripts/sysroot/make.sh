#!/usr/bin/env bash
# make.sh FOLDER: the sysroot that ./dev package links against (cmake/Portable.cmake), in FOLDER/root: Debian 11's glibc, and g++ 12's libstdc++, ITK and
# Highway as of Debian 12, compiled against it. Downloads 380 MB, compiles for some minutes, and leaves 200 MB.
set -euo pipefail
here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
folder=$(realpath -m "$1")
export BRAINMVP_ROOT=$folder/root
root=$BRAINMVP_ROOT work=$folder/made lib=$folder/root/usr/lib/x86_64-linux-gnu
first="-B$lib -B$root/lib/x86_64-linux-gnu" # otherwise g++ links what this machine has
say() { printf 'sysroot: %s\n' "$*" >&2; }

unpack() {
  rm -rf "$root" "$work"
  mkdir -p "$root/itk" "$work"
  local deb link
  for deb in "$folder"/debs/*.deb; do dpkg-deb -x "$deb" "$root"; done
  find "$root" -type l -lname '/*' | while read -r link; do ln -sfn --relative "$root$(readlink "$link")" "$link"; done
  find "$root" -name '*.so' -xtype l -delete # of shared libraries that are not here
  tar -C "$work" -xf "$folder"/sources/highway_*.orig.tar.*
  tar -C "$work" --exclude='*/test' --exclude='*/Testing' --exclude='*/Examples' -xf "$folder"/sources/insighttoolkit5_*.orig.tar.*
  tar -C "$work" -xf "$folder"/sources/gcc-12_*.orig.tar.*
  tar -C "$work" -xf "$work"/gcc-12-12*/gcc-12*.tar.xz --wildcards 'gcc-*/libstdc++-v3' 'gcc-*/libgcc' 'gcc-*/libiberty' 'gcc-*/include' 'gcc-*/config' \
    'gcc-*/gcc/BASE-VER' 'gcc-*/gcc/DATESTAMP' 'gcc-*/config*' 'gcc-*/install-sh' 'gcc-*/missing' 'gcc-*/lt*' 'gcc-*/libtool*' 'gcc-*/mkinstalldirs' \
    'gcc-*/depcomp' 'gcc-*/move-if-change'
  ln -s gthr-posix.h "$work"/gcc-12.2.0/libgcc/gthr-default.h # without which libstdc++ has no threads
  gcc-12 --sysroot="$root" -O2 -fPIC -Wall -Werror -c "$here/older_glibc.c" -o "$lib/older_glibc.o"
}

# Debian 12's file needs glibc 2.36. Its options of configure, but for those that change nothing of the library.
make_libstdcxx() {
  mkdir "$work/libstdcxx"
  (
    cd "$work/libstdcxx"
    "$work"/gcc-12.2.0/libstdc++-v3/configure --build=x86_64-linux-gnu --host=x86_64-linux-gnu --disable-multilib --disable-static --disable-nls \
      --disable-libstdcxx-pch --enable-clocale=gnu --enable-libstdcxx-time=yes --with-default-libstdcxx-abi=new --enable-gnu-unique-object --enable-cet \
      --disable-werror --with-gcc-major-version-only --enable-threads=posix \
      CC="gcc-12 --sysroot=$root $first" CXX="g++-12 --sysroot=$root $first -nostdinc++" CFLAGS=-O2 CXXFLAGS=-O2 LDFLAGS="$lib/older_glibc.o -lm -lpthread"
    make -C include
    make -j"$(nproc)" -C libsupc++
    make -j"$(nproc)" -C src
  )
  cp -L "$work/libstdcxx/src/.libs/libstdc++.so.6" "$lib/"
  strip --strip-unneeded "$lib/libstdc++.so.6"
  ln -sf libstdc++.so.6 "$lib/libstdc++.so"
}

# compile SOURCE NAME [OPTIONS] -- TARGETS
compile() {
  local source=$1 build=$work/$2 options=()
  shift 2
  while [ "$1" != -- ]; do options+=("$1"); shift; done
  shift
  cmake -S "$source" -B "$build" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$here/toolchain.cmake" -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF \
    -DBUILD_TESTING=OFF -DCMAKE_POSITION_INDEPENDENT_CODE=ON "${options[@]}"
  cmake --build "$build" --target "$@"
}

make_highway() {
  compile "$work"/highway-1* highway -DHWY_ENABLE_CONTRIB=OFF -DHWY_ENABLE_EXAMPLES=OFF -- hwy
  cp "$work"/highway/libhwy.a "$lib/"
}

# As Debian compiles it, but static: the program's objects are compiled with Debian's headers.
make_itk() {
  local module modules=()
  for module in ITKCommon ITKDistanceMap ITKConnectedComponents ITKMetricsv4 ITKBiasCorrection; do modules+=("-DModule_$module=ON"); done
  compile "$work"/InsightToolkit-5* itk -DCMAKE_CXX_STANDARD=11 -DITK_BUILD_DEFAULT_MODULES=OFF "${modules[@]}" -DITK_USE_SYSTEM_EIGEN=ON \
    -DITK_FORBID_DOWNLOADS=ON -DITK_SKIP_PATH_LENGTH_CHECKS=ON -- ITKSmoothing ITKTransform ITKCommon itkvnl_algo itkvnl
  cp "$work"/itk/lib/*.a "$root/itk/"
}

say "downloading"
"$here/fetch.sh" "$folder"
say "unpacking"
unpack
for part in highway libstdcxx itk; do
  say "compiling $part"
  set +e # which also holds within a condition
  (set -e; make_$part) >"$folder/$part.txt" 2>&1
  status=$?
  set -e
  [ $status = 0 ] || { tail -50 "$folder/$part.txt" >&2; say "this failed: $folder/$part.txt"; exit 1; }
done
rm -rf "$work" "$folder/sources" "$folder/debs"
touch "$root/made"
say "done: $root"
