using System.Collections.Concurrent;
using MLNetWsss.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.Pipeline;

/// <summary>Crops of N training rows, made on worker threads as plain arrays and handed to the network as tensors.</summary>
internal sealed class TrainingBatch : IDisposable
{
    private Device _device = CPU;

    /// <summary>Which rows of the store, in order.</summary>
    internal required int[] Rows { get; init; }

    /// <summary>Steps before this one, over all epochs.</summary>
    internal long Step { get; init; }

    /// <summary>Which part of each row's photo its crop shows; empty where the batch was made otherwise.</summary>
    internal CropPlan[] Crops { get; init; } = [];

    /// <summary>Side S of the square crops in pixels.</summary>
    internal required int CropSize { get; init; }

    /// <summary>Share of training that is done before this batch, in [0, 1), for weights that change on the way.</summary>
    internal double Progress { get; init; }

    /// <summary>N x S x S x 3 normalised pixels.</summary>
    internal required float[] Pixels { get; init; }

    /// <summary>Where <see cref="Pixels"/> goes when the step is done, for a later batch; null leaves it to the garbage collector.</summary>
    internal ConcurrentBag<float[]>? Spares { private get; init; }

    /// <summary>N x K tags, or null.</summary>
    internal float[]? TagValues { get; init; }

    /// <summary>N x S x S labels of each column of masks, in the stage's order.</summary>
    internal IReadOnlyList<byte[]> LabelValues { get; init; } = [];

    internal TrainingBatch To(Device device)
    {
        _device = device;
        return this;
    }

    /// <summary>[N,3,S,S] crops in channels-last strides: the arrays are already in that order, so the permutation copies nothing.</summary>
    internal Tensor Images() => tensor(Pixels, [Rows.Length, CropSize, CropSize, 3]).to(_device).permute(0, 3, 1, 2);

    /// <summary>[N,K] tags, 0 or 1.</summary>
    internal Tensor Tags() => tensor(TagValues!, [Rows.Length, TagValues!.Length / Rows.Length]).to(_device);

    /// <summary>[N,S,S] class indices as 64-bit integers, 255 where unlabelled; of the first column of masks if none is named.</summary>
    internal Tensor Labels(int column = 0) =>
        tensor(LabelValues[column], [Rows.Length, CropSize, CropSize]).to(_device).to(ScalarType.Int64);

    /// <summary>Hands the pixels on: tensors made of them are copies.</summary>
    public void Dispose() => Spares?.Add(Pixels);
}

/// <summary>Cuts the crops of a batch out of the stored rows.</summary>
internal sealed class BatchMaker(
    Func<int, StageRow> rowAt, StageColumns columns, AugmentationOptions augmentation, Normalization normalization, int classes, long seed,
    long steps = long.MaxValue)
{
    private readonly StageColumn _image = columns.Reads.Concat(columns.Trains).First(c => c.Kind == ColumnKind.Image);
    private readonly StageColumn? _tags = columns.Trains.FirstOrDefault(c => c.Kind == ColumnKind.Vector);
    private readonly StageColumn[] _labels = [.. columns.Trains.Where(c => c.Kind == ColumnKind.Labels)];

    // A batch's pixels take megabytes. New ones each step would be large objects, which wait for a full garbage collection.
    private readonly ConcurrentBag<float[]> _spares = [];

    /// <summary>The batch of a step: a pure function of step, rows and seed.</summary>
    internal TrainingBatch Make(long step, int[] rows)
    {
        int side = augmentation.CropSize, area = side * side;
        var batch = new TrainingBatch
        {
            Rows = rows,
            Step = step,
            Crops = new CropPlan[rows.Length],
            CropSize = side,
            Progress = (double)step / steps,
            Pixels = Pixels(rows.Length * area * 3),
            Spares = _spares,
            TagValues = _tags is null ? null : new float[rows.Length * classes],
            LabelValues = [.. _labels.Select(_ => new byte[rows.Length * area])]
        };
        for (int n = 0; n < rows.Length; n++)
        {
            var row = rowAt(rows[n]);
            var image = row.Get<RgbImage>(_image);
            var crop = batch.Crops[n] = CropPlan.Create(image.Height, image.Width, augmentation, Randomness.For(seed, step, n));
            crop.SampleImage(image, normalization, batch.Pixels.AsSpan(n * area * 3, area * 3));
            if (_tags is not null)
                row.Get<float[]>(_tags).CopyTo(batch.TagValues.AsSpan(n * classes, classes));
            for (int l = 0; l < _labels.Length; l++)
                crop.SampleLabels(row.Get<LabelMap>(_labels[l]), batch.LabelValues[l].AsSpan(n * area, area));
        }
        return batch;
    }

    private float[] Pixels(int length) => _spares.TryTake(out var spare) && spare.Length == length ? spare : new float[length];
}
