using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using MLNetWsss.Data;
using Xunit;

namespace MLNetWsss.Tests.Data;

public sealed class SyntheticScenesFolderTests
{
    [Fact]
    public void The_committed_sample_is_what_the_generator_makes()
    {
        string sample = Path.Combine(RepositoryRoot(), "data", "synthetic");
        var fresh = Directory.CreateTempSubdirectory("scenes");
        try
        {
            SyntheticScenesFolder.Write(fresh.FullName, train: 6, val: 2);
            string[] made = Files(fresh.FullName), committed = Files(sample);
            Assert.Equal(made, committed);
            foreach (string file in made)
            {
                string a = Path.Combine(fresh.FullName, file), b = Path.Combine(sample, file);
                // Pixels and not files are compared, because another version of zlib may compress them differently.
                if (file.StartsWith("Images", StringComparison.Ordinal))
                    Assert.Equal(ReadRgb(a), ReadRgb(b));
                else if (file.EndsWith(".png", StringComparison.Ordinal))
                    Assert.Equal(IndexedPng.Read(a).Labels, IndexedPng.Read(b).Labels);
                else
                    Assert.Equal(File.ReadAllText(a), File.ReadAllText(b).ReplaceLineEndings("\n"));
            }
        }
        finally
        {
            fresh.Delete(recursive: true);
        }
    }

    [Fact]
    public void Written_files_hold_the_scenes()
    {
        var folder = Directory.CreateTempSubdirectory("scenes");
        try
        {
            var options = new SyntheticSceneOptions { Size = 40, Classes = 3, Seed = 9 };
            SyntheticScenesFolder.Write(folder.FullName, train: 2, val: 1, options);
            string[] table = File.ReadAllLines(Path.Combine(folder.FullName, "labels.csv"));
            Assert.Equal("id,split,bear,cat,frog", table[0]);
            for (int i = 0; i < 3; i++)
            {
                var scene = SyntheticScenes.Generate(i, options);
                Assert.Equal($"000{i},{(i < 2 ? "train" : "val")},{string.Join(',', scene.TagVector(3))}", table[i + 1]);
                Assert.Equal(scene.Image.Pixels, ReadRgb(Path.Combine(folder.FullName, "Images", $"000{i}.png")));
                var (labels, width, height) = IndexedPng.Read(Path.Combine(folder.FullName, "SegmentationClass", $"000{i}.png"));
                Assert.Equal((40, 40), (width, height));
                Assert.Equal(scene.Mask.Labels, labels);
            }
            string sets = Path.Combine(folder.FullName, "ImageSets", "Segmentation");
            Assert.Equal(["0000", "0001"], File.ReadAllLines(Path.Combine(sets, "train.txt")));
            Assert.Equal(["0002"], File.ReadAllLines(Path.Combine(sets, "val.txt")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string[] Files(string folder) =>
        [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    private static string RepositoryRoot([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", ".."));

    /// <summary>Reads what an RGB PNG without interlacing holds; it shares no code with the writer under test.</summary>
    private static byte[] ReadRgb(string path)
    {
        byte[] png = File.ReadAllBytes(path);
        using var packed = new MemoryStream();
        int stride = 0, rows = 0;
        for (int at = 8; at < png.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            Span<byte> type = png.AsSpan(at + 4, 4), content = png.AsSpan(at + 8, length);
            if (type.SequenceEqual("IHDR"u8))
            {
                Assert.Equal([8, 2, 0, 0, 0], content[8..].ToArray());
                (stride, rows) = (3 * BinaryPrimitives.ReadInt32BigEndian(content), BinaryPrimitives.ReadInt32BigEndian(content[4..]));
            }
            else if (type.SequenceEqual("IDAT"u8))
            {
                packed.Write(content);
            }
            at += length + 12;
        }
        packed.Position = 0;
        using var inflated = new ZLibStream(packed, CompressionMode.Decompress);
        var pixels = new byte[stride * rows];
        for (int row = 0; row < rows; row++)
        {
            int filter = inflated.ReadByte();
            var line = pixels.AsSpan(row * stride, stride);
            inflated.ReadExactly(line);
            for (int i = 0; i < stride; i++)
            {
                int left = i < 3 ? 0 : line[i - 3], up = row == 0 ? 0 : pixels[(row - 1) * stride + i];
                int corner = i < 3 || row == 0 ? 0 : pixels[(row - 1) * stride + i - 3];
                int[] nearest = [left, up, corner];
                int guess = filter switch
                {
                    0 => 0,
                    1 => left,
                    2 => up,
                    3 => (left + up) / 2,
                    4 => nearest.MinBy(value => Math.Abs(left + up - corner - value)),
                    _ => throw new InvalidDataException($"Row {row} has the filter {filter}; PNG knows 0 to 4."),
                };
                line[i] = (byte)(line[i] + guess);
            }
        }
        return pixels;
    }
}
