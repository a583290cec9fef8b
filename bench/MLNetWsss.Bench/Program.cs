// One benchmark a name: dotnet run -c Release --project bench/MLNetWsss.Bench -- NAME [--option value …]. See bench/README.md.
using MLNetWsss.Bench;

var benchmarks = new Dictionary<string, Action<Arguments>>
{
    ["training"] = TrainingBenchmark.Run,
    ["inference"] = InferenceBenchmark.Run,
    ["loader"] = LoaderBenchmark.Run,
    ["scale"] = ScaleBenchmark.Run,
    ["memory"] = MemoryBenchmark.Run,
    ["resume"] = ResumeBenchmark.Run,
    ["bitflips"] = BitflipsBenchmark.Run,
    ["crf"] = CrfBenchmark.Run,
    ["randomwalk"] = RandomWalkBenchmark.Run,
    ["accuracy"] = AccuracyBenchmark.Run,
    ["refinement"] = RefinementBenchmark.Run,
    // What a benchmark runs in a process of its own.
    [ScaleBenchmark.Child] = ScaleBenchmark.RunChild,
    [ResumeBenchmark.Child] = ResumeBenchmark.RunChild,
};
try
{
    if (args.Length == 0 || !benchmarks.TryGetValue(args[0], out var benchmark))
        throw new ArgumentException($"{(args.Length == 0 ? "No benchmark named" : $"No benchmark '{args[0]}'")}. There are: " +
            string.Join(", ", benchmarks.Keys.Where(name => !name.Contains('-'))) + ".");
    var arguments = new Arguments(args[1..]);
    benchmark(arguments);
    arguments.CheckAllUsed();
    return 0;
}
catch (Exception e) when (e is ArgumentException or BenchmarkException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
