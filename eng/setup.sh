#!/usr/bin/env bash
# Makes a fresh clone ready to build: the real packages where the feed has them and their native code loads, this repository's stand-ins
# for the others. Safe to run again: what is there is not installed twice. Says what it chose and why.
set -euo pipefail
cd "$(dirname "$0")/.."
marker=standins/enabled
chosen=artifacts/feed-choice

say() { printf 'setup: %s\n' "$*"; }

command -v dotnet >/dev/null || { say "the .NET SDK is missing; install .NET 10 (see global.json) and run this again"; exit 1; }
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
mkdir -p artifacts

# choose LIBRARY: restores and runs its probe, and prints "LIBRARY: packages" or "LIBRARY: stand-in, because …".
choose() {
  local project=eng/probe/$1 log=artifacts/probe-$1.log reason
  if ! dotnet restore "$project" --artifacts-path artifacts/probe >"$log" 2>&1; then
    # NU1101 to NU1103: no such package, or no such version; NU1603: another version than the one that was asked for.
    if ! grep -qE 'NU110[1-3]|NU1603' "$log"; then
      say "restoring $project failed for another reason than a missing package:" >&2; tail -n 5 "$log" >&2; return 1
    fi
    reason="the feed lacks $(grep -oE 'Unable to find package [A-Za-z0-9._-]+|[A-Za-z0-9._-]+ [0-9.]+ was not found' "$log" \
      | sed -E 's/Unable to find package //; s/ was not found//; s/[.]$//' | sort -u | paste -sd' ')"
  elif ! dotnet build "$project" -c Release --artifacts-path artifacts/probe -nodeReuse:false >>"$log" 2>&1; then
    say "building $project failed:" >&2; tail -n 5 "$log" >&2; return 1
  elif dotnet run -c Release --no-build --project "$project" --artifacts-path artifacts/probe >>"$log" 2>&1; then
    echo "$1: packages"; return
  else
    reason=$(grep -oE "[^ /]+: version [^ ]+ not found|[^ ]+: cannot open shared object file|computes wrong sums" "$log" | head -n 1)
    reason="its native code does not load here: ${reason:-see $log}"
  fi
  echo "$1: stand-in, because $reason"
}

if [ ! -f "$chosen" ]; then
  rm -f "$marker"
  say "trying Microsoft.ML, TorchSharp and their native packages"
  { choose Microsoft.ML && choose TorchSharp; } >"$chosen.new" || exit 1
  rm -rf artifacts/probe
  mv "$chosen.new" "$chosen"
fi
sed 's/^/setup: /' "$chosen"
if ! grep -q 'stand-in' "$chosen"; then
  rm -f "$marker"
  exit 0
fi

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
# Read by standins/Standins.targets: one line a library that is stood in for.
sed -n 's/: stand-in.*//p' "$chosen" | cmp -s - "$marker" || sed -n 's/: stand-in.*//p' "$chosen" >"$marker"
