using System.Text.Json;
using System.Text.Json.Serialization;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;

namespace MLNetWsss.AuxiliaryAffinity;

/// <summary>
/// The labels of all training photos after a round, and what they amount to. Round 0 is what the first training learns from.
/// </summary>
/// <param name="Round">The round, from 0.</param>
/// <param name="Images">Training photos.</param>
/// <param name="Labelled">Share of pixels that are not 255, in [0, 1].</param>
/// <param name="Foreground">Share of classes among the labelled pixels, in [0, 1].</param>
/// <param name="Changed">Share of pixels whose label is another than a round before, in [0, 1]; null in round 0.</param>
/// <param name="WithoutSaliency">Photos on which nothing stands out; the log says why.</param>
public sealed record AuxiliaryRound(int Round, int Images, double Labelled, double Foreground, double? Changed, int WithoutSaliency)
    : IDisposable
{
    private const string RowsFile = "labels.rows", FiguresFile = "figures.json", FolderPrefix = "round-";

    internal static readonly StageColumn MaskColumn = new("Mask of the round", ColumnKind.Labels);
    internal static readonly StageColumn SaliencyColumn = new("Saliency of the round", ColumnKind.Labels);
    internal static readonly RowCodec Codec = new([MaskColumn, SaliencyColumn]);

    /// <summary>What made the labels.</summary>
    [JsonInclude]
    internal string Maker { get; init; } = "";

    [JsonIgnore]
    internal SampleStore? Rows { get; init; }

    /// <summary>A photo's pseudo label, at the size that training kept the photo in (at most <c>MaxSide</c>).</summary>
    /// <param name="row">The photo's number in the training data, from 0.</param>
    public LabelMap Mask(int row) => Row(row).Get<LabelMap>(MaskColumn);

    /// <summary>[1xHxW] the saliency that is taught for a photo, in 254 steps.</summary>
    /// <param name="row">The photo's number in the training data, from 0.</param>
    public ScoreMaps Saliency(int row) => LabelUpdate.Continuous(Row(row).Get<LabelMap>(SaliencyColumn));

    /// <summary>
    /// The rounds that a training with <see cref="TrainingOptions.CheckpointFolder"/> has finished so far. Dispose of each when looked at.
    /// </summary>
    /// <exception cref="FormatException">A round's figures are damaged; delete its folder, and the next Fit makes them anew.</exception>
    public static IReadOnlyList<AuxiliaryRound> Read(string checkpointFolder)
    {
        var rounds = new List<AuxiliaryRound>();
        for (int round = 0; File.Exists(Path.Combine(FolderOf(checkpointFolder, round), FiguresFile)); round++)
        {
            string path = Path.Combine(FolderOf(checkpointFolder, round), FiguresFile);
            try
            {
                var figures = JsonSerializer.Deserialize<AuxiliaryRound>(File.ReadAllText(path))!;
                var file = ColumnFile.Find(RowsPath(checkpointFolder, round), figures.Maker, Codec)
                    ?? throw new FormatException($"The labels beside '{path}' are missing.");
                rounds.Add(figures with { Rows = file.ToStore(figures.Images) });
            }
            catch (JsonException e)
            {
                throw new FormatException($"'{path}' is damaged: {e.Message} Delete its folder, and the next Fit makes it anew.", e);
            }
        }
        return rounds;
    }

    internal static string FolderOf(string checkpointFolder, int round) => Path.Combine(checkpointFolder, $"{FolderPrefix}{round}");

    internal static string RowsPath(string checkpointFolder, int round) => Path.Combine(FolderOf(checkpointFolder, round), RowsFile);

    internal void WriteFigures(string checkpointFolder) =>
        File.WriteAllText(Path.Combine(FolderOf(checkpointFolder, Round), FiguresFile), JsonSerializer.Serialize(this));

    private StageRow Row(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Images);
        return Rows![row];
    }

    /// <summary>Lets go of the file of labels.</summary>
    public void Dispose() => Rows?.Dispose();
}
