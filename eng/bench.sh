#!/usr/bin/env bash
# Runs one benchmark: bash eng/bench.sh NAME [options]. Prints one JSON object a line.
set -euo pipefail
cd "$(dirname "$0")/.."
bash eng/setup.sh >&2
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build bench/MLNetWsss.Bench -c Release -v q -nodeReuse:false >&2
exec dotnet run -c Release --no-build --project bench/MLNetWsss.Bench -- "$@"
