#!/usr/bin/env bash
# Makes a fresh clone ready to build: real packages where the feed has them, this repository's stand-ins where it lacks them.
# Safe to run again: what is there is not installed twice. Says what it chose and why.
set -euo pipefail
cd "$(dirname "$0")/.."
marker=standins/enabled
chosen=artifacts/feed-choice

say() { printf 'setup: %s\n' "$*"; }

command -v dotnet >/dev/null || { say "the .NET SDK is missing; install .NET 10 (see global.json) and run this again"; exit 1; }
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

mkdir -p artifacts
if [ ! -f "$chosen" ]; then
  rm -f "$marker"
  say "trying to restore Microsoft.ML, TorchSharp and their native packages from the feed"
  if dotnet restore eng/probe/probe.csproj --artifacts-path artifacts/probe >artifacts/probe.log 2>&1; then
    echo packages >"$chosen"
  else
    missing=$(grep -oE "Unable to find package [A-Za-z0-9._-]+" artifacts/probe.log | sed 's/.* //; s/[.]$//' | sort -u | paste -sd' ' || true)
    if [ -z "$missing" ] && ! grep -q "NU110[0-3]" artifacts/probe.log; then
      say "the restore failed for another reason than a missing package:"; tail -n 5 artifacts/probe.log; exit 1
    fi
    echo "stand-ins, because the feed lacks: ${missing:-some packages}" >"$chosen"
  fi
fi
if grep -q '^packages' "$chosen"; then
  say "building on the real packages"
  exit 0
fi
say "building on $(cat "$chosen")"

# What the stand-ins stand on. OpenBLAS matters: without it matrix products run at a fiftieth of the speed.
packages=(g++ libtorch-dev libopenblas0-openmp libturbojpeg0-dev libpng-dev)
absent=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || absent+=("$package")
done
if [ ${#absent[@]} -gt 0 ]; then
  say "installing ${absent[*]}"
  sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
  $sudo apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${absent[@]}" >artifacts/apt.log 2>&1 \
    || { say "installing failed:"; tail -n 20 artifacts/apt.log; exit 1; }
fi
bash standins/native/build.sh
[ -f "$marker" ] || echo "Written by eng/setup.sh: the package feed lacks Microsoft.ML and TorchSharp." >"$marker"
