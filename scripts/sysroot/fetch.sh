#!/usr/bin/env bash
# fetch.sh FOLDER: downloads what the sysroot is made of into FOLDER/debs and FOLDER/sources, from the Debian mirror that this machine uses, with an apt
# of its own whose state lies in FOLDER/apt. Nothing is installed.
set -euo pipefail

# The oldest suite that mirrors serve has glibc 2.31; what its programs would need of 2.29 and newer is in older_glibc.c.
old_suite=bullseye
from_old_suite=(libc6 libc6-dev linux-libc-dev libgcc-s1 libcrypt-dev libcrypt1)

# The suite that the program is compiled on: archives, and sources of what it has as shared libraries only, which need its glibc.
suite=bookworm
from_suite=(libstdc++-12-dev libdeflate-dev zlib1g-dev libpng-dev libzstd-dev libxxhash-dev libsodium-dev libeigen3-dev)
sources_of_suite=(gcc-12 insighttoolkit5 highway)

folder=$(realpath -m "$1")
apt=$folder/apt
mirror=$(apt-get indextargets --format "\$(REPO_URI) \$(RELEASE)" 'Created-By: Packages' | awk -v suite=$suite '$2 == suite {print $1; exit}')
[ -n "$mirror" ] || { printf 'fetch.sh: apt knows no mirror of Debian %s; packages are made on that system\n' $suite >&2; exit 1; }

mkdir -p "$apt"/{etc/sources.list.d,state/lists/partial,cache/archives/partial} "$folder"/{debs,sources}
: >"$apt/status"
for one in $old_suite $suite; do
  printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' "$mirror" $one
  printf 'deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' "$mirror" $one
done >"$apt/etc/sources.list"
cat >"$apt/apt.conf" <<CONF
Dir::Etc::sourcelist "$apt/etc/sources.list";
Dir::Etc::sourceparts "$apt/etc/sources.list.d";
Dir::State "$apt/state";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
APT::Sandbox::User "root";
CONF
get() { apt-get -qq -c "$apt/apt.conf" "$@"; }
get update
(cd "$folder/debs" && get download "${from_old_suite[@]/%//$old_suite}" "${from_suite[@]/%//$suite}")
(cd "$folder/sources" && get source --download-only "${sources_of_suite[@]/%//$suite}")
