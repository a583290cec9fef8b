using System.Buffers.Binary;
using System.IO.Compression;
using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Standins.Tests.Data;

public sealed class DamagedModelTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _view;
    private readonly byte[] _good;

    public DamagedModelTests()
    {
        _view = _ml.Data.LoadFromEnumerable(Sample.Rows(3));
        _good = Saved(new ScalingEstimator(_ml).Append(_ml.Transforms.CopyColumns("Copy", "Twice")).Fit(_view));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(-1)]
    [InlineData(-60)]
    public void A_truncated_file_is_a_format_error(int length) =>
        Assert.Throws<FormatException>(() => Load(_good[..(length < 0 ? _good.Length + length : length)]));

    [Fact]
    public void A_file_of_something_else_is_a_format_error()
    {
        Assert.Throws<FormatException>(() => Load(new byte[100]));
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
            zip.CreateEntry("hello.txt").Open().Dispose();
        Assert.Throws<FormatException>(() => Load(stream.ToArray()));
    }

    [Fact]
    public void A_missing_file_is_a_missing_file() => Assert.Throws<FileNotFoundException>(() => _ml.Model.Load("nothing-here.zip", out _));

    [Fact]
    public void A_flipped_byte_never_does_worse_than_a_clear_exception()
    {
        int refused = 0;
        for (int i = 0; i < _good.Length; i++)
        {
            byte[] damaged = [.. _good];
            damaged[i] ^= 0x10;
            var error = Record.Exception(() => Load(damaged));
            // What a nested component throws arrives wrapped, unless it was marked by Process.
            error = error is TargetInvocationException ? error.InnerException : error;
            // A name of another assembly or another column is as well-formed as the right one.
            Assert.True(error is null or FormatException or FileNotFoundException or FileLoadException or ArgumentException
                or InvalidOperationException, $"byte {i}: {error}");
            refused += error is FormatException ? 1 : 0;
        }
        Assert.True(refused > _good.Length / 4, $"only {refused} of {_good.Length} damages were seen");
    }

    [Fact]
    public void A_text_that_claims_more_bytes_than_there_are_allocates_nothing()
    {
        byte[] damaged = Rewritten("TransformerChain/Model.key", entry =>
        {
            // After the header of 8 + 8 + 3 * 4 bytes stands the length of the assembly's name.
            BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(28), 0x7fffffff);
            return entry;
        });
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<FormatException>(() => Load(damaged));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 50 << 20);
    }

    [Fact]
    public void An_entry_that_ends_early_is_a_format_error() =>
        Assert.ThrowsAny<Exception>(() => Load(Rewritten("TransformerChain/Model.key", entry => entry[..^3])));

    [Fact]
    public void An_entry_gives_no_more_bytes_than_it_declares()
    {
        byte[] damaged = [.. Saved(new ScalingTransformer(2, "Score", "Twice") { Ballast = new byte[100_000] })];
        int header = DirectoryEntryOf(damaged, "TransformerChain/Ballast");
        // PKWARE's APPNOTE 4.3.12: the uncompressed size is at 24.
        BinaryPrimitives.WriteInt32LittleEndian(damaged.AsSpan(header + 24), 10);
        Assert.Equal(10, Assert.IsType<ScalingTransformer>(Load(damaged)).Ballast.Length);

        BinaryPrimitives.WriteInt32LittleEndian(damaged.AsSpan(header + 24), 100_001);
        Assert.Throws<FormatException>(() => Load(damaged));
    }

    [Fact]
    public void Entries_with_escaping_paths_are_never_unpacked()
    {
        string folder = Directory.CreateTempSubdirectory("standins-").FullName;
        try
        {
            using var stream = new MemoryStream();
            stream.Write(_good);
            using (var zip = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
            {
                foreach (string path in new[] { "../evil.txt", folder + "/evil.txt", "TransformerChain/../../evil.txt" })
                {
                    using var writer = new StreamWriter(zip.CreateEntry(path).Open());
                    writer.Write("evil");
                }
            }
            _ml.TempFilePath = Path.Combine(folder, "temp");
            Directory.CreateDirectory(_ml.TempFilePath);
            Load(stream.ToArray());

            Assert.Empty(Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_higher_version_of_an_assembly_than_the_one_present_is_not_found()
    {
        // Not an assembly beside the tests: the test host finds those by their name alone.
        string tooNew = new AssemblyName(typeof(Enumerable).Assembly.FullName) { Version = new Version(99, 0, 0, 0) }.FullName;
        Assert.ThrowsAny<IOException>(() => Load(Saved(new ScalingTransformer(2, "Score", "Twice") { SavedAssembly = tooNew })));
    }

    [Fact]
    public void An_assembly_without_the_loader_is_named()
    {
        byte[] model = Saved(new ScalingTransformer(2, "Score", "Twice") { SavedAssembly = typeof(string).Assembly.FullName });
        var error = Assert.Throws<FormatException>(() => Load(model));
        Assert.Contains(ScalingTransformer.LoaderSignature, error.Message);
    }

    [Fact]
    public void A_model_of_the_real_library_says_which_package_reads_it()
    {
        // The real header begins with "ML" and "MODEL" between zero bytes.
        byte[] foreign = Rewritten("TransformerChain/Model.key", entry => [.. "ML\0MODEL"u8, .. entry.AsSpan(8)]);
        var error = Assert.Throws<FormatException>(() => Load(foreign));
        Assert.Contains("package Microsoft.ML", error.Message);
    }

    private byte[] Saved(ITransformer model)
    {
        using var stream = new MemoryStream();
        _ml.Model.Save(model, _view.Schema, stream);
        return stream.ToArray();
    }

    private ITransformer Load(byte[] file) => _ml.Model.Load(new MemoryStream(file), out _);

    /// <summary>The good model with one entry's bytes replaced.</summary>
    private byte[] Rewritten(string name, Func<byte[], byte[]> change)
    {
        using var stream = new MemoryStream();
        stream.Write(_good);
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            var entry = zip.GetEntry(name);
            using var content = new MemoryStream();
            using (var packed = entry.Open())
                packed.CopyTo(content);
            entry.Delete();
            using var replaced = zip.CreateEntry(name).Open();
            replaced.Write(change(content.ToArray()));
        }
        return stream.ToArray();
    }

    /// <summary>Where the directory of the archive describes an entry (APPNOTE 4.3.12: signature PK 1 2, name at 46).</summary>
    private static int DirectoryEntryOf(byte[] zip, string name)
    {
        byte[] wanted = System.Text.Encoding.ASCII.GetBytes(name);
        for (int at = 0; at + 46 + wanted.Length <= zip.Length; at++)
        {
            if (zip.AsSpan(at, 4).SequenceEqual("PK\u0001\u0002"u8) && zip.AsSpan(at + 46, wanted.Length).SequenceEqual(wanted))
                return at;
        }
        throw new InvalidOperationException($"no entry {name}");
    }
}
