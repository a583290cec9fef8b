using System.Buffers.Binary;
using System.Text;
using MLNetWsss.Backbones;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Backbones;
using MLNetWsss.Tests.Testing;
using TorchSharp;

namespace MLNetWsss.Tests.BadInput;

/// <summary>Files of pretrained weights that are missing, damaged, hostile or another network's.</summary>
public sealed class WeightsTests
{
    private static readonly StageCase Classifier = StageCase.Named("ClassActivation");

    /// <summary>More than any message, far less than what the files below claim.</summary>
    private const long SmallAllocation = 8 << 20;

    [Fact]
    public void Weights_that_are_not_there_are_named_before_the_data_are_read()
    {
        int read = 0;
        var error = Assert.Throws<FileNotFoundException>(() => Fit("nowhere.safetensors", () => read++));
        Assert.Contains("nowhere.safetensors", error.Message);
        Assert.Contains("BackboneOptions.Weights", error.Message);
        Assert.Equal(0, read);
    }

    [Fact]
    public void Weights_of_another_network_are_refused_with_the_keys_that_differ()
    {
        using var folder = new ScratchFolder();
        using var generator = new torch.Generator(1, torch.CPU);
        using (var other = Backbone.Create(new() { Architecture = "resnet34", Width = 0.125 }, generator))
            NetworkWeights.Write(folder["resnet34.safetensors"], other);
        var error = Assert.Throws<InvalidDataException>(() => Fit(folder["resnet34.safetensors"]));
        Assert.Contains("resnet34.safetensors", error.Message);
        Assert.Contains("Unexpected", error.Message);
        Assert.Contains("layer1.2.conv1.weight", error.Message);
    }

    [Fact]
    public void Weights_of_another_width_are_refused_with_both_shapes()
    {
        using var folder = new ScratchFolder();
        using var generator = new torch.Generator(1, torch.CPU);
        using (var other = Backbone.Create(new() { Architecture = "resnet18", Width = 0.25 }, generator))
            NetworkWeights.Write(folder["wide.safetensors"], other);
        var error = Assert.Throws<InvalidDataException>(() => Fit(folder["wide.safetensors"]));
        // 64 channels x 0.125 = 8 expected, x 0.25 = 16 found.
        Assert.Contains("conv1.weight (expected [8,3,7,7], found [16,3,7,7])", error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("PK\u0003\u0004 a zip or a pickle")]
    [InlineData("{\"a\":1}")]
    public void Files_of_another_format_are_refused_by_name(string content)
    {
        using var folder = new ScratchFolder();
        File.WriteAllText(folder["weights.safetensors"], content);
        Assert.Contains("weights.safetensors", Assert.Throws<InvalidDataException>(() => Fit(folder["weights.safetensors"])).Message);
    }

    [Fact]
    public void A_failed_load_leaves_no_live_tensor()
    {
        using var folder = new ScratchFolder();
        File.WriteAllBytes(folder["weights.safetensors"], Bytes("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8));
        Assert.Throws<InvalidDataException>(() => Fit(folder["weights.safetensors"]));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = LiveTensors.Count;
        Assert.Throws<InvalidDataException>(() => Fit(folder["weights.safetensors"]));
        Assert.Equal(before, LiveTensors.Count);
    }

    [Theory]
    [InlineData(100_000_001, 16)]
    [InlineData(100L << 20, 100L << 20)]
    [InlineData(long.MaxValue, 16)]
    public void A_header_of_a_hundred_megabytes_is_refused_before_it_is_read(long claimed, long length)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<InvalidDataException>(() => Safetensors.Read(new Zeros(claimed, length)));
        Assert.Contains($"{claimed}", error.Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, SmallAllocation);
    }

    [Theory]
    // Offsets beyond the file, before it, swapped, and so large that their difference overflows.
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""", "a gap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "needs 8 bytes")]
    [InlineData("""{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[1,-9223372036854775808]}}""", "")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[1,-9223372036854775808]}}""", "")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,16]}}""", "offsets are [0,8,16]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0.5,8.5]}}""", "not what the format asks for")]
    // Two tensors over the same bytes, and one inside another.
    [InlineData("""{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}""", "an overlap")]
    [InlineData("""{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}}""", "an overlap")]
    // No bytes at all, but sides that no tensor can have.
    [InlineData("""{"a":{"dtype":"U8","shape":[0,4611686018427387904,4611686018427387904],"data_offsets":[0,0]}}""", "not what the format asks for")]
    [InlineData("""{"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", "not what the format asks for")]
    [InlineData("""{"__metadata__":{"note":null}}""", "note")]
    [InlineData("""{"__metadata__":[]}""", "not what the format asks for")]
    public void A_header_whose_offsets_lie_is_refused(string header, string reason)
    {
        long live = LiveTensors.Settled();
        var error = Assert.Throws<InvalidDataException>(() => Safetensors.Read(new MemoryStream(Bytes(header, 8))));
        Assert.Contains(reason, error.Message);
        Assert.Equal(live, LiveTensors.Count);
    }

    private static void Fit(string weights, Action? onRead = null) => FittedStage.Fit(Classifier,
        (TrainingOptions)Classifier.Options with { Backbone = new() { Architecture = "resnet18", Width = 0.125, Weights = weights } },
        Classifier.Data(4, onRead: _ => onRead?.Invoke())).Model.Dispose();

    private static byte[] Bytes(string header, int dataLength)
    {
        byte[] json = Encoding.UTF8.GetBytes(header), length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        return [.. length, .. json, .. new byte[dataLength]];
    }

    /// <summary>A length and then zeros, as many as one likes, that take no memory.</summary>
    private sealed class Zeros(long claimed, long length) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => true;
        public override bool CanWrite => false;
        public override long Length => length + 8;
        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int read = (int)Math.Min(count, Length - Position);
            for (int i = 0; i < read; i++, Position++)
                buffer[offset + i] = Position < 8 ? (byte)(claimed >> (int)(8 * Position)) : (byte)0;
            return read;
        }

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
