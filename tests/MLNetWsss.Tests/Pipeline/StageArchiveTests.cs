using System.Buffers.Binary;
using System.Text;
using MLNetWsss.Pipeline;
using MLNetWsss.PseudoLabels;

namespace MLNetWsss.Tests.Pipeline;

public sealed class StageArchiveTests
{
    /// <summary>More than any message, far less than any of the lengths that the tests below claim.</summary>
    private const long SmallAllocation = 8 << 20;

    [Fact]
    public void What_is_written_is_read()
    {
        var read = Read(Written());
        Assert.Equal("PseudoLabels", read.Stage);
        Assert.Equal(["cat", "dog \"🐕\""], read.ClassNames);
        Assert.Equal(0.25, read.Options<PseudoLabelsOptions>().Threshold);
        Assert.Equal(new byte[] { 1, 2, 3, 4, 5 }, read["weights"]);
        Assert.Empty(read["nothing"]);
        Assert.False(read.Has("optimizer"));
        Assert.Contains("'optimizer'", Assert.Throws<FormatException>(() => read["optimizer"]).Message);
    }

    [Fact]
    public void A_section_larger_than_any_buffer_survives()
    {
        var archive = Archive();
        byte[] large = new byte[(5 << 20) + 3];
        new Random(1).NextBytes(large);
        archive["large"] = large;
        Assert.Equal(large, Read(Bytes(archive))["large"]);
        Assert.Equal(large, StageArchive.Read(new Pipe(Bytes(archive)))["large"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Truncation_anywhere_is_refused(bool seekable)
    {
        byte[] whole = Written();
        for (int length = 0; length < whole.Length; length++)
        {
            byte[] part = whole[..length];
            var error = Assert.Throws<FormatException>(() => StageArchive.Read(seekable ? new MemoryStream(part) : new Pipe(part)));
            Assert.Contains("damaged", error.Message);
        }
    }

    [Fact]
    public void Every_flipped_bit_is_refused()
    {
        byte[] whole = Written();
        for (int bit = 0; bit < whole.Length * 8; bit++)
        {
            byte[] flipped = [.. whole];
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            // Always the one exception that says what to do, whichever part the bit is in.
            Assert.Throws<FormatException>(() => Read(flipped));
        }
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(1L << 40)]
    [InlineData(1L << 30)]
    [InlineData(-1)]
    public void Lying_lengths_allocate_nothing(long claimed)
    {
        byte[] whole = Written();
        int header = 8, firstSection = header + 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(whole.AsSpan(header));
        foreach (int place in new[] { header, firstSection })
            foreach (bool seekable in new[] { true, false })
            {
                byte[] lying = [.. whole];
                BinaryPrimitives.WriteInt64LittleEndian(lying.AsSpan(place), claimed);
                long before = GC.GetAllocatedBytesForCurrentThread();
                Assert.Throws<FormatException>(() => StageArchive.Read(seekable ? new MemoryStream(lying) : new Pipe(lying)));
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, SmallAllocation);
            }
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"Format\":1,\"Stage\":\"PseudoLabels\",\"ClassNames\":[],\"Sections\":[]}")]
    [InlineData("{\"Format\":1,\"Stage\":\"PseudoLabels\",\"Options\":{},\"ClassNames\":[],\"Sections\":[null]}")]
    [InlineData("{\"Format\":1,\"Stage\":\"PseudoLabels\",\"Options\":{},\"ClassNames\":[null],\"Sections\":[]}")]
    [InlineData("{\"Format\":1,\"Stage\":null,\"Options\":{},\"ClassNames\":[],\"Sections\":[]}")]
    [InlineData("{\"Format\":1,\"Stage\":\"PseudoLabels\",\"Options\":{},\"ClassNames\":[],\"Sections\":[\"a\",\"a\"]}")]
    [InlineData("{\"Format\":1,\"Stage\":\"PseudoLabels\",\"Options\":{},\"ClassNames\":[],\"Sections\":")]
    public void A_header_that_says_too_little_is_refused(string header) =>
        Assert.Contains("damaged", Assert.Throws<FormatException>(() => Read(WithHeader(header))).Message);

    [Fact]
    public void A_newer_format_is_refused_by_name()
    {
        const string Header = "{\"Format\":2,\"Stage\":\"PseudoLabels\",\"Options\":{},\"ClassNames\":[],\"Sections\":[]}";
        Assert.Contains("Update the package", Assert.Throws<FormatException>(() => Read(WithHeader(Header))).Message);
    }

    [Theory]
    [InlineData("{\"FromTheFuture\":1}")]
    [InlineData("{\"Threshold\":\"much\"}")]
    [InlineData("{\"Threshold\":7}")]
    public void Options_that_do_not_fit_are_refused_by_stage(string options)
    {
        var archive = new StageArchive { Stage = "PseudoLabels", OptionsJson = options };
        Assert.Contains("PseudoLabels", Assert.Throws<FormatException>(() => Read(Bytes(archive)).Options<PseudoLabelsOptions>()).Message);
    }

    [Theory]
    [InlineData("NoSuchStage")]
    [InlineData("System.Diagnostics.Process")]
    [InlineData("Pipeline.Stage")]
    public void Only_stages_of_the_library_can_be_named(string stage)
    {
        var archive = new StageArchive { Stage = stage, OptionsJson = "{}" };
        Assert.Contains(stage, Assert.Throws<FormatException>(() => StageTransformer.Load(new Microsoft.ML.MLContext(1), archive)).Message);
    }

    private static StageArchive Archive()
    {
        var archive = new StageArchive
        {
            Stage = "PseudoLabels", OptionsJson = new PseudoLabelsOptions { Threshold = 0.25 }.ToJson(), ClassNames = ["cat", "dog \"🐕\""]
        };
        archive["weights"] = [1, 2, 3, 4, 5];
        archive["nothing"] = [];
        return archive;
    }

    private static byte[] Written() => Bytes(Archive());

    private static byte[] Bytes(StageArchive archive)
    {
        using var stream = new MemoryStream();
        archive.Write(stream);
        return stream.ToArray();
    }

    private static StageArchive Read(byte[] bytes) => StageArchive.Read(new MemoryStream(bytes));

    private static byte[] WithHeader(string header)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] body = [.. Encoding.ASCII.GetBytes("WSSSTAGE"), .. BitConverter.GetBytes((long)json.Length), .. json, .. new byte[16]];
        return [.. body, .. System.Security.Cryptography.SHA256.HashData(body)];
    }

    /// <summary>A stream of unknown length that hands out a few bytes at a time, as a zip entry or a network does.</summary>
    private sealed class Pipe(byte[] bytes) : Stream
    {
        private int _at;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int take = Math.Min(Math.Min(count, bytes.Length - _at), bytes.Length > 1 << 20 ? 70_001 : 7);
            bytes.AsSpan(_at, take).CopyTo(buffer.AsSpan(offset));
            _at += take;
            return take;
        }

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
