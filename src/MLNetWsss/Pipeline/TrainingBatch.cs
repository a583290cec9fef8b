using MLNetWsss.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.Pipeline;

/// <summary>Crops of N training rows, made on worker threads as plain arrays and handed to the network as tensors.</summary>
internal sealed class TrainingBatch
{
    private Device _device = CPU;

    /// <summary>Which rows of the store, in order.</summary>
    internal required int[] Rows { get; init; }

    /// <summary>Side S of the square crops in pixels.</summary>
    internal required int CropSize { get; init; }

    /// <summary>N x S x S x 3 normalised pixels.</summary>
    internal required float[] Pixels { get; init; }

    /// <summary>N x K tags, or null.</summary>
    internal float[]? TagValues { get; init; }

    /// <summary>N x S x S labels, or null.</summary>
    internal byte[]? LabelValues { get; init; }

    internal TrainingBatch To(Device device)
    {
        _device = device;
        return this;
    }

    /// <summary>[N,3,S,S] crops in channels-last strides: the arrays are already in that order, so the permutation copies nothing.</summary>
    internal Tensor Images() => tensor(Pixels, [Rows.Length, CropSize, CropSize, 3]).to(_device).permute(0, 3, 1, 2);

    /// <summary>[N,K] tags, 0 or 1.</summary>
    internal Tensor Tags() => tensor(TagValues!, [Rows.Length, TagValues!.Length / Rows.Length]).to(_device);

    /// <summary>[N,S,S] class indices as 64-bit integers, 255 where unlabelled.</summary>
    internal Tensor Labels() => tensor(LabelValues!, [Rows.Length, CropSize, CropSize]).to(_device).to(ScalarType.Int64);
}

/// <summary>Cuts the crops of a batch out of the stored rows.</summary>
internal sealed class BatchMaker(
    SampleStore store, StageColumns columns, AugmentationOptions augmentation, Normalization normalization, int classes, long seed,
    Func<int, LabelMap>? masks = null)
{
    private readonly StageColumn _image = columns.Reads.Concat(columns.Trains).First(c => c.Kind == ColumnKind.Image);
    private readonly StageColumn? _tags = columns.Trains.FirstOrDefault(c => c.Kind == ColumnKind.Vector);
    private readonly StageColumn? _labels = columns.Trains.FirstOrDefault(c => c.Kind == ColumnKind.Labels);

    /// <summary>The batch of a step: a pure function of step, rows and seed.</summary>
    internal TrainingBatch Make(long step, int[] rows)
    {
        int side = augmentation.CropSize, area = side * side;
        var batch = new TrainingBatch
        {
            Rows = rows,
            CropSize = side,
            Pixels = new float[rows.Length * area * 3],
            TagValues = _tags is null ? null : new float[rows.Length * classes],
            LabelValues = _labels is null && masks is null ? null : new byte[rows.Length * area]
        };
        for (int n = 0; n < rows.Length; n++)
        {
            var row = store[rows[n]];
            var image = row.Get<RgbImage>(_image);
            var crop = CropPlan.Create(image.Height, image.Width, augmentation, Randomness.For(seed, step, n));
            crop.SampleImage(image, normalization, batch.Pixels.AsSpan(n * area * 3, area * 3));
            if (_tags is not null)
                row.Get<float[]>(_tags).CopyTo(batch.TagValues.AsSpan(n * classes, classes));
            var mask = _labels is not null ? row.Get<LabelMap>(_labels) : masks?.Invoke(rows[n]).Resize(image.Height, image.Width);
            if (mask is not null)
                crop.SampleLabels(mask, batch.LabelValues.AsSpan(n * area, area));
        }
        return batch;
    }
}
