#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Installs what pastur needs on Debian 12 and is not there yet. Needs root, or sudo. Does nothing when all is present.
set -euo pipefail

packages=(
  g++ cmake ninja-build pkg-config git ca-certificates
  libopenmpi-dev openmpi-bin
  libopenblas-dev libscalapack-openmpi-dev libelpa-dev libeigen3-dev
  libpetsc-real-dev slepc-dev
  libhdf5-openmpi-dev zlib1g-dev
  librandom123-dev libboost-math-dev
  libtomlplusplus-dev libcli11-dev libfmt-dev nlohmann-json3-dev libxxhash-dev
  gnuplot-nox fonts-dejavu-core
  libgtest-dev libgmock-dev
  dataset-fashion-mnist
  # the tests read result files with these
  hdf5-tools netcdf-bin python3-xarray python3-h5netcdf python3-h5py
  # job scripts run on a real SLURM, which tests/slurm starts on the loopback
  slurm-wlm munge
)

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
  [[ $status == "install ok installed" ]] || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
  exit 0
fi

sudo=()
if ((EUID != 0)); then
  command -v sudo >/dev/null || { echo "these packages are missing, and installing them needs root: ${missing[*]}" >&2; exit 1; }
  sudo=(sudo)
fi
echo "installing ${#missing[@]} Debian packages: ${missing[*]}"
"${sudo[@]}" apt-get update -qq
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
