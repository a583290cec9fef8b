using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;

namespace MLNetWsss.GroupRefinement;

/// <summary>
/// The maps of each training photo as their element-wise maximum over the epochs (online accumulation, Jiang et al., ICCV 2019): a network
/// looks at one part of an object in one epoch and at another in the next. A photo is known again by what it shows.
/// </summary>
internal sealed class OnlineAccumulation : ITrainingRecord
{
    /// <summary>Maps are recorded on a square grid over the whole photo; the authors' maps have this side.</summary>
    internal const int Side = 32;

    private const int Cells = Side * Side;

    private readonly Dictionary<ulong, byte[]> _maps = [];
    private readonly int _classes;

    internal OnlineAccumulation(int classes) => _classes = classes;

    /// <summary>Whether nothing has been recorded.</summary>
    internal bool IsEmpty => _maps.Count == 0;

    /// <summary>What a photo is known by.</summary>
    internal static ulong KeyOf(RgbImage image) => RowCodec.Fingerprint(0, image);

    /// <summary>
    /// Takes the map of a class over a crop into account: its peak counts as 1, and each cell keeps the highest value it has had.
    /// </summary>
    /// <param name="photo">The photo.</param>
    /// <param name="k">The class.</param>
    /// <param name="crop">Which part of the photo the map shows.</param>
    /// <param name="map">height x width values; those below 0 count as 0.</param>
    /// <param name="height">Rows of the map.</param>
    /// <param name="width">Columns of the map.</param>
    internal void Record(ulong photo, int k, CropPlan crop, ReadOnlySpan<float> map, int height, int width)
    {
        float peak = 0;
        foreach (float value in map)
            peak = Math.Max(peak, value);
        if (peak <= 0)
            return;
        if (!_maps.TryGetValue(photo, out var all))
            _maps[photo] = all = new byte[_classes * Cells];
        for (int y = 0; y < Side; y++)
        {
            double down = ((y + 0.5) / Side * crop.ImageHeight - crop.Top) / crop.BoxHeight;
            if (down is < 0 or >= 1)
                continue;
            for (int x = 0; x < Side; x++)
            {
                double across = ((x + 0.5) / Side * crop.ImageWidth - crop.Left) / crop.BoxWidth;
                if (across is < 0 or >= 1)
                    continue;
                double column = (crop.Flip ? 1 - across : across) * width - 0.5;
                float value = Math.Max(0, Between(map, down * height - 0.5, column, height, width)) / peak;
                ref byte cell = ref all[k * Cells + y * Side + x];
                cell = Math.Max(cell, (byte)(255 * value + 0.5f));
            }
        }
    }

    /// <summary>The recorded maps of a photo, K x 32 x 32 in [0, 1]; null if it was not trained on.</summary>
    internal ScoreMaps? Find(RgbImage image) =>
        _maps.TryGetValue(KeyOf(image), out var all) ? new ScoreMaps(_classes, Side, Side, [.. all.Select(v => v / 255f)]) : null;

    /// <inheritdoc/>
    public byte[] Save()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(_maps.Count);
        // In the order of the keys, so that equal records are equal bytes.
        foreach (var (key, maps) in _maps.OrderBy(m => m.Key))
        {
            writer.Write(key);
            writer.Write(maps);
        }
        writer.Flush();
        return stream.ToArray();
    }

    /// <inheritdoc/>
    public void Load(byte[] saved)
    {
        _maps.Clear();
        int one = sizeof(ulong) + _classes * Cells;
        int count = saved.Length < sizeof(int) ? -1 : BitConverter.ToInt32(saved);
        if (count < 0 || saved.Length != sizeof(int) + (long)count * one)
            throw new FormatException($"The record of maps has {saved.Length} bytes, which is no number of photos with {_classes} maps " +
                $"of {Side} x {Side}. Copy the file again, or train anew.");
        for (int i = 0; i < count; i++)
        {
            var entry = saved.AsSpan(sizeof(int) + i * one, one);
            _maps[BitConverter.ToUInt64(entry)] = entry[sizeof(ulong)..].ToArray();
        }
    }

    private static float Between(ReadOnlySpan<float> map, double row, double column, int height, int width)
    {
        double y = Math.Clamp(row, 0, height - 1), x = Math.Clamp(column, 0, width - 1);
        int top = (int)y, left = (int)x, bottom = Math.Min(top + 1, height - 1), right = Math.Min(left + 1, width - 1);
        float down = (float)(y - top), across = (float)(x - left);
        float upper = map[top * width + left] * (1 - across) + map[top * width + right] * across;
        float lower = map[bottom * width + left] * (1 - across) + map[bottom * width + right] * across;
        return upper * (1 - down) + lower * down;
    }
}
