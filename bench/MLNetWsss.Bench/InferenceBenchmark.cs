namespace MLNetWsss.Bench;

/// <summary>Maps a second of the class activation network, next to PyTorch as it comes and tuned.</summary>
internal static class InferenceBenchmark
{
    internal static void Run(Arguments arguments)
    {
        using var network = new CamNetwork(arguments);
        string variant = $"{network.Prepare()}, channels-last, folded";
        PeerComparison.Run("inference", arguments, network, variant, arguments.Number("batches", 5), network.Predict);
    }
}
