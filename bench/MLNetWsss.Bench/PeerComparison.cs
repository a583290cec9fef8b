using System.Text.Json.Nodes;

namespace MLNetWsss.Bench;

/// <summary>One piece of work on the class activation network against PyTorch's eager and tuned form of it, in turn.</summary>
internal static class PeerComparison
{
    /// <summary>Measures and prints <c>BENCH-eager</c> and <c>BENCH-best</c>; with --alone ours only, for a profiler.</summary>
    /// <param name="bench">training or inference.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="network">The network, ready.</param>
    /// <param name="variant">How ours does it.</param>
    /// <param name="batches">Batches a round.</param>
    /// <param name="ours">Handles so many batches.</param>
    internal static void Run(string bench, Arguments arguments, CamNetwork network, string variant, int batches, Func<int, Cost> ours)
    {
        var json = new Json(bench);
        int rounds = arguments.Number("rounds", 10), images = batches * network.BatchSize;
        object Settings(Alternation.Rates own, string? peerVariant = null, Alternation.Rates? other = null) => new
        {
            size = network.Size, batch = network.BatchSize, threads = network.Threads,
            weights = network.Weights is null ? "random" : "given",
            ours = variant, peerVariant, rounds, batchesPerRound = batches,
            range = Range(own), peerRange = other is null ? null : Range(other),
            perProcessorSecond = Json.Rounded(own.PerProcessorSecond),
            peerPerProcessorSecond = other is null ? (double?)null : Json.Rounded(other.PerProcessorSecond)
        };
        if (arguments.Switch("alone"))
        {
            var alone = Alternation.Run(rounds, images, () => ours(batches))[0];
            json.Line($"{bench}-alone", alone.Median, "images/s", Settings(alone));
            return;
        }
        using var peer = new PeerProgram("cam_network.py", arguments.Switch("peer-keeps-memory"), network.PeerArguments(bench));
        var ready = JsonNode.Parse(peer.Ready)!;
        Json.Note($"peer: {peer.Ready}");
        var rates = Alternation.Run(rounds, images,
            () => ours(batches), () => peer.AskCost($"eager {batches}"), () => peer.AskCost($"best {batches}"));
        json.MoreIsBetter($"{bench}-eager", rates[0].Median, "images/s", new($"PyTorch {ready["torch"]} eager", rates[1].Median),
            Settings(rates[0], "NCHW, batch norm as loaded, float32", rates[1]));
        json.MoreIsBetter($"{bench}-best", rates[0].Median, "images/s", new($"PyTorch {ready["torch"]} tuned", rates[2].Median),
            Settings(rates[0], (string)ready["best"]!, rates[2]));
    }

    private static double[] Range(Alternation.Rates rates) => [Json.Rounded(rates.Lowest), Json.Rounded(rates.Highest)];
}
