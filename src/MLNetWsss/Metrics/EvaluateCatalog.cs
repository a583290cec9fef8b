using Microsoft.ML;
using MLNetWsss.Imaging;
using MLNetWsss.Metrics;
using MLNetWsss.Pipeline;
using Names = MLNetWsss.Pipeline.ClassNames;

namespace MLNetWsss;

/// <summary>Evaluation under <c>mlContext.Transforms.Wsss</c>. Each call reads the view once.</summary>
public static class EvaluateCatalog
{
    extension(WsssCatalog wsss)
    {
        /// <summary>Predicted masks against true ones, over the pixels that the truth does not ignore.</summary>
        /// <param name="data">A view with both columns, such as <c>model.Transform(validation)</c>.</param>
        /// <param name="prediction">Column of the predicted masks. Pixels predicted as 255 count as background, as IRN's evaluation does.</param>
        /// <param name="truth">Column of the true masks.</param>
        /// <param name="boundaries">Whether boundary measures are computed as well; they take longer than the rest.</param>
        /// <exception cref="ArgumentOutOfRangeException">A column is missing or no label map.</exception>
        /// <exception cref="InvalidOperationException">There are no rows, or one cannot be counted; the message names it.</exception>
        public SegmentationReport Evaluate(IDataView data, string prediction = "Prediction", string truth = "Mask", bool boundaries = true)
        {
            var (rows, names) = Read(data, new(prediction, ColumnKind.Labels), new(truth, ColumnKind.Labels));
            ConfusionMatrix? confusion = null;
            BoundaryAccumulator? accumulator = null;
            int images = 0;
            foreach (var row in rows)
            {
                var (predicted, expected) = ((LabelMap)row.First, (LabelMap)row.Second);
                confusion ??= new(names is null ? LabelMap.Ignore : names.Count + 1);
                Count(row.Name, () => confusion.Add(predicted, expected));
                if (boundaries)
                    (accumulator ??= new(confusion.Classes, classNames: names is null ? null : Names.WithBackground(names))).Add(predicted, expected);
                images++;
            }
            var regions = confusion ?? throw Empty();
            // Columns that come from elsewhere may name no classes: then those count that occur.
            return new(images, (names is null ? regions.WithoutUnseenTail() : regions).ToMetrics(names is null ? null : Names.WithBackground(names)),
                accumulator?.ToMetrics());
        }

        /// <summary>
        /// Class activation maps against true masks at every background threshold from 0 to 0.99. The best threshold is chosen on the
        /// truth and says so; the score at a fixed one and at Otsu's, which needs no truth, stand next to it.
        /// </summary>
        /// <param name="data">A view with both columns.</param>
        /// <param name="maps">Column of the maps.</param>
        /// <param name="truth">Column of the true masks.</param>
        /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
        /// <exception cref="InvalidOperationException">There are no rows, or one cannot be counted; the message names it.</exception>
        public ThresholdCurve EvaluateMaps(IDataView data, string maps = "Cam", string truth = "Mask")
        {
            var (rows, names) = Read(data, new(maps, ColumnKind.Maps), new(truth, ColumnKind.Labels));
            ThresholdSweep? sweep = null;
            foreach (var row in rows)
            {
                var scores = (ScoreMaps)row.First;
                sweep ??= new(scores.Classes + 1, names is null ? null : Names.WithBackground(names));
                Count(row.Name, () => sweep.Add(scores, (LabelMap)row.Second));
            }
            return (sweep ?? throw Empty()).ToCurve();
        }

        /// <summary>A classifier's probabilities against the true tags: average precision per class and its mean.</summary>
        /// <param name="data">A view with both columns.</param>
        /// <param name="probabilities">Column of the probabilities.</param>
        /// <param name="tags">Column of the true tags.</param>
        /// <exception cref="ArgumentOutOfRangeException">A column is missing or no vector.</exception>
        /// <exception cref="InvalidOperationException">There are no rows, or one cannot be counted; the message names it.</exception>
        public TagReport EvaluateTags(IDataView data, string probabilities = "TagProbabilities", string tags = "Tags")
        {
            var (rows, names) = Read(data, new(probabilities, ColumnKind.Vector), new(tags, ColumnKind.Vector));
            AveragePrecision? precision = null;
            foreach (var row in rows)
            {
                precision ??= new(((float[])row.First).Length);
                Count(row.Name, () => precision.Add((float[])row.First, (float[])row.Second));
            }
            var perClass = (precision ?? throw Empty()).PerClass();
            return new(names ?? Names.Numbered(perClass.Count), perClass, precision.Mean());
        }
    }

    private static InvalidOperationException Empty() => new("There are no rows to evaluate. Check the split, the filter or the path of the data.");

    /// <summary>Counts one row; if that cannot be, the row is named, by its photo's file where the data have it.</summary>
    private static void Count(string row, Action count)
    {
        try
        {
            count();
        }
        catch (ArgumentException e)
        {
            throw new InvalidOperationException($"{row}: {e.Message}", e);
        }
    }

    private static (IEnumerable<(string Name, object First, object Second)> Rows, IReadOnlyList<string>? Names) Read(
        IDataView data, StageColumn first, StageColumn second)
    {
        ArgumentNullException.ThrowIfNull(data);
        var bound = new StageColumns { Reads = [first, second] }.Bind("Evaluate", data.Schema, training: false);
        return (Rows(), Names.Find(bound[1].Found) ?? Names.Find(bound[0].Found));

        IEnumerable<(string, object, object)> Rows()
        {
            using var cursor = data.GetRowCursor(bound.Select(b => b.Found).Concat(RowNames.Columns(data.Schema)));
            var readers = bound.Select(b => StageRow.Reader(cursor, b.Found, b.Wanted)).ToArray();
            var path = RowNames.Reader(cursor);
            while (cursor.MoveNext())
                yield return (RowNames.Of(cursor.Position, path()), readers[0](), readers[1]());
        }
    }
}
