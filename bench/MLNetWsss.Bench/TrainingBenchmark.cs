namespace MLNetWsss.Bench;

/// <summary>Training steps a second of the class activation network, next to PyTorch as it comes and tuned.</summary>
internal static class TrainingBenchmark
{
    internal static void Run(Arguments arguments)
    {
        using var network = new CamNetwork(arguments);
        PeerComparison.Run("training", arguments, network, "float32, channels-last, folded", arguments.Number("batches", 3), network.Train);
    }
}
