#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The installed package carries a study of the user's own: installs into a scratch prefix, builds apps/example against it with find_package, runs it.
#   installed_package.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
source_dir=$1
build_dir=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cmake --install "$build_dir" --prefix "$scratch/prefix" >/dev/null
"$scratch/prefix/bin/pastur" list | grep -q nt_interpolation
cmake -G Ninja -S "$source_dir/apps/example" -B "$scratch/build" -DCMAKE_PREFIX_PATH="$scratch/prefix" >/dev/null
cmake --build "$scratch/build" >/dev/null
cd "$scratch"
mpirun -n 2 --oversubscribe --bind-to none build/marchenko_pastur run "$source_dir/apps/example/marchenko_pastur.toml" -o mp.h5 --progress none
build/marchenko_pastur table mp.h5
build/marchenko_pastur check mp.h5
