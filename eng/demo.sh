#!/usr/bin/env bash
# Sets up and runs the main job on the embedded data set: from image tags to masks, with pictures in out/. Arguments go to the example.
set -euo pipefail
cd "$(dirname "$0")/.."
bash eng/setup.sh
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
exec dotnet run -c Release --project examples/90-FromTagsToMasks -- "$@"
