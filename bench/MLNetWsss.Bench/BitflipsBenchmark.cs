using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;

namespace MLNetWsss.Bench;

/// <summary>
/// Flips single bits of a saved model, one a trial, anywhere in the file. Each must be refused with an exception or change nothing: neither
/// the predictions nor the schema that comes with the model.
/// </summary>
internal static class BitflipsBenchmark
{
    private const int Side = 48;

    internal static void Run(Arguments arguments)
    {
        var json = new Json("bitflips");
        int flips = arguments.Number("flips", 1000), seed = arguments.Number("seed", 1);
        arguments.CheckAllUsed();
        using var scratch = new ScratchFolder();
        var ml = new MLContext(seed: 1);
        var scenes = SmallJob.Scenes(ml, 8, Side);
        var model = ml.Transforms.Wsss.ClassActivation(SmallJob.Options(Side, 4, 1, width: 0.05))
            .Append(ml.Transforms.Wsss.PseudoLabels()).Fit(scenes);
        ml.Model.Save(model, scenes.Schema, scratch["model.zip"]);
        byte[] whole = File.ReadAllBytes(scratch["model.zip"]);
        string expected = Predictions(scratch["model.zip"], scenes);

        var random = new Random(seed);
        var refusals = new SortedDictionary<string, int>();
        var harmful = new List<long>();
        int harmless = 0;
        for (int i = 0; i < flips; i++)
        {
            long bit = random.NextInt64(8L * whole.Length);
            byte[] flipped = (byte[])whole.Clone();
            flipped[bit / 8] ^= (byte)(1 << (int)(bit % 8));
            File.WriteAllBytes(scratch["flipped.zip"], flipped);
            try
            {
                if (Predictions(scratch["flipped.zip"], scenes) == expected)
                    harmless++;
                else
                    harmful.Add(bit);
            }
            catch (Exception e)
            {
                refusals[e.GetType().Name] = refusals.GetValueOrDefault(e.GetType().Name) + 1;
            }
        }
        json.Line("bitflips-harmful", harmful.Count, "flips",
            new { flips, fileBytes = whole.Length, harmless, refused = refusals, harmfulBits = harmful.Take(20) });
    }

    /// <summary>A digest of everything that a model gives: its schema, and its columns over a few rows.</summary>
    private static string Predictions(string path, IDataView rows)
    {
        var ml = new MLContext(seed: 1);
        ml.Model.RequireWhole(path);
        var model = ml.Model.Load(path, out var schema);
        try
        {
            using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            digest.AppendData(System.Text.Encoding.UTF8.GetBytes(string.Join(";", schema.Select(c => $"{c.Name} {c.Type}"))));
            var view = model.Transform(ml.Data.TakeRows(rows, 2));
            digest.AppendData(System.Text.Encoding.UTF8.GetBytes(string.Join(";", view.Schema.Select(c => $"{c.Name} {c.Type}"))));
            foreach (var row in ml.Data.CreateEnumerable<Row>(view, reuseRowObject: false, ignoreMissingColumns: false))
            {
                digest.AppendData(MemoryMarshal.AsBytes(row.Cam.Scores));
                digest.AppendData(MemoryMarshal.AsBytes<float>(row.TagProbabilities));
                digest.AppendData(row.Pseudo.Labels);
            }
            return Convert.ToHexString(digest.GetHashAndReset());
        }
        finally
        {
            (model as IDisposable)?.Dispose();
        }
    }

    private sealed class Row
    {
        [ScoreMapsType] public ScoreMaps Cam { get; set; } = null!;
        public float[] TagProbabilities { get; set; } = null!;
        [LabelMapType, ColumnName("Mask")] public LabelMap Pseudo { get; set; } = null!;
    }
}
