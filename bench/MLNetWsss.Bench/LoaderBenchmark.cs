using Microsoft.ML;
using MLNetWsss.ClassActivation;
using MLNetWsss.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;

namespace MLNetWsss.Bench;

/// <summary>
/// What reading, augmenting and copying cost beside the network, in a training epoch at the default crop and batch. <c>loader-share</c> is
/// in processor time, because on a machine whose cores the network keeps busy that is what the clock shows too, and it can be measured
/// exactly: (one image read / epochs + one image augmented and copied) / (the same + one image trained on).
/// </summary>
internal static class LoaderBenchmark
{
    internal static void Run(Arguments arguments)
    {
        var json = new Json("loader");
        int images = arguments.Number("images", 96), rounds = arguments.Number("rounds", 8), steps = arguments.Number("batches", 3);
        var options = new ClassActivationOptions();
        int epochs = arguments.Number("epochs", options.Epochs);
        using var network = new CamNetwork(arguments, options.Augmentation.CropSize, options.BatchSize, frozen: 2);
        using var scratch = new ScratchFolder();
        var ml = new MLContext(seed: 1);
        var (view, source) = Photos(ml, arguments.ExistingPath("data"), images, scratch);

        var columns = ClassActivationEstimator.ColumnsOf(options);
        SampleStore? store = null;
        var read = Cost.Of(() => store = SampleStore.Read(view, columns.Bind("Bench", view.Schema, training: true), options.MaxSide,
            long.MaxValue, null, default));
        using var rows = store!;
        object settings = new
        {
            photos = source, images = rows.Count, crop = network.Size, batch = network.BatchSize, threads = network.Threads, epochs
        };
        json.Line("loader-read", rows.Count / read.Seconds, "images/s", settings);

        var maker = new BatchMaker(row => rows[row], columns,
            options.Augmentation with { CropSize = network.Size }, network.Normalization, CamNetwork.Classes, 1);
        TrainingBatch Make(long step, int[] _) =>
            maker.Make(step, [.. Enumerable.Range(0, network.BatchSize).Select(n => (int)((step * network.BatchSize + n) % rows.Count))]);

        Cost Alone(int workers) => Cost.Of(() =>
        {
            using var batches = new Prefetch<TrainingBatch>(step => Make(step, []), 0, 4 * steps, workers);
            for (int i = 0; i < 4 * steps; i++)
                batches.Next().Images().Dispose();
        });
        var alone = Alternation.Run(rounds, 4 * steps * network.BatchSize, () => Alone(1), () => Alone(2));
        json.Line("loader-alone-1", alone[0].Median, "images/s", settings);
        json.Line("loader-alone-2", alone[1].Median, "images/s", settings);

        var trained = Alternation.Run(rounds, steps * network.BatchSize,
            () => network.Train(steps), () => network.Train(steps, Make, workers: 1), () => network.Train(steps, Make, workers: 2));
        json.Line("network-alone", trained[0].Median, "images/s", settings);
        json.Line("network-with-loader-1", trained[1].Median, "images/s", settings);
        json.Line("network-with-loader-2", trained[2].Median, "images/s", settings);

        double pipeline = read.ProcessorSeconds / rows.Count / epochs + 1 / alone[1].PerProcessorSecond;
        json.Line("loader-share", pipeline / (pipeline + 1 / trained[0].PerProcessorSecond), "of the epoch", new
        {
            photos = source, crop = network.Size, batch = network.BatchSize, threads = network.Threads, epochs,
            pipelineMillisecondsAnImage = Json.Rounded(1e3 * pipeline),
            networkMillisecondsAnImage = Json.Rounded(1e3 / trained[0].PerProcessorSecond),
            readMillisecondsAnImage = Json.Rounded(1e3 * read.ProcessorSeconds / rows.Count),
            shareByClock1 = Json.Rounded(1 - trained[1].Median / trained[0].Median),
            shareByClock2 = Json.Rounded(1 - trained[2].Median / trained[0].Median)
        });
    }

    /// <summary>Photos with tags: those of a data set, or generated ones of the usual size as JPEG files.</summary>
    private static (IDataView View, string Source) Photos(MLContext ml, string? data, int images, ScratchFolder scratch)
    {
        if (data is not null)
            return (ml.Data.LoadVoc(data, "train", new() { Classes = ClassMap.Animals7, MaxImages = images }), "data set");
        var table = new List<string> { "image,tags" };
        for (int i = 0; i < images; i++)
        {
            // Generating is slow; the same few scenes as several files cost the reader the same.
            if (i < 16)
                SmallJob.Photo(i, 375, 500).ToMLImage().Save(scratch[$"{i}.jpg"]);
            else
                File.Copy(scratch[$"{i % 16}.jpg"], scratch[$"{i}.jpg"]);
            table.Add($"{i}.jpg,{"abcdef"[i % CamNetwork.Classes]}");
        }
        File.WriteAllLines(scratch["tags.csv"], table);
        var options = new FolderOptions { Classes = ["a", "b", "c", "d", "e", "f"] };
        return (ml.Data.LoadFolder(scratch.Path, scratch["tags.csv"], options), "generated, 500 x 375 JPEG");
    }
}
