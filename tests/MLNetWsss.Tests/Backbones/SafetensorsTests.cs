using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using MLNetWsss.Backbones;
using MLNetWsss.Tests.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.Tests.Backbones;

public class SafetensorsTests
{
    [Fact]
    public void What_was_written_is_read()
    {
        using var scope = NewDisposeScope();
        var tensors = Samples();
        var bytes = Write(tensors, new Dictionary<string, string> { ["note"] = "ä \"quoted\"" });
        using var file = Safetensors.Read(new MemoryStream(bytes));
        Assert.Equal("ä \"quoted\"", file.Metadata["note"]);
        Assert.Equal(tensors.Keys.Order(), file.Tensors.Keys.Order());
        foreach (var (name, tensor) in tensors)
        {
            Assert.Equal(tensor.dtype, file.Tensors[name].dtype);
            Assert.Equal(tensor.shape, file.Tensors[name].shape);
            Assert.True(Tensors.Same(tensor, file.Tensors[name]), name);
        }
    }

    [Fact]
    public void The_order_of_the_tensors_does_not_change_the_bytes()
    {
        using var scope = NewDisposeScope();
        var tensors = Samples();
        Assert.Equal(Write(tensors), Write(tensors.Reverse()));
    }

    [Fact]
    public void A_stream_that_cannot_seek_is_read_too()
    {
        using var scope = NewDisposeScope();
        using var zipped = new MemoryStream();
        using (var deflate = new DeflateStream(zipped, CompressionLevel.Fastest, leaveOpen: true))
            Safetensors.Write(deflate, Samples());
        zipped.Position = 0;
        using var inflate = new DeflateStream(zipped, CompressionMode.Decompress);
        using var file = Safetensors.Read(inflate);
        Assert.Equal(Samples().Count, file.Tensors.Count);
    }

    [Fact]
    public void The_bytes_are_those_of_the_format()
    {
        using var scope = NewDisposeScope();
        var bytes = Write(new Dictionary<string, Tensor> { ["a"] = tensor(new float[] { 1, 2 }) });
        const string header = """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""";
        var padded = header.PadRight((header.Length + 7) / 8 * 8);
        Assert.Equal((ulong)padded.Length, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        Assert.Equal(padded, Encoding.UTF8.GetString(bytes, 8, padded.Length));
        Assert.Equal([0, 0, 0x80, 0x3f, 0, 0, 0, 0x40], bytes[(8 + padded.Length)..]);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, "7 follow")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "9 follow")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "needs 12 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "negative")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", 8, "needs 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,8]}}""", 8, "not what the format asks for")]
    [InlineData("""{"a":{"dtype":"F9","shape":[2],"data_offsets":[0,8]}}""", 8, "'F9'")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"a":{"dtype":"U8","shape":[8],"data_offsets":[8,16]}}""", 16, "twice")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[8],"data_offsets":[4,12]}}""", 12, "overlap")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[8],"data_offsets":[9,17]}}""", 17, "gap")]
    [InlineData("""{"a":{"dtype":"U8","shape":[8]}}""", 8, "no data_offsets")]
    [InlineData("""{"a":7}""", 0, "not what the format asks for")]
    [InlineData("""[1]""", 0, "not what the format asks for")]
    [InlineData("""{"a":""", 0, "not what the format asks for")]
    public void A_header_that_lies_is_refused(string header, int dataLength, string reason)
    {
        var bytes = new byte[8 + header.Length + dataLength];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)header.Length);
        Encoding.UTF8.GetBytes(header, bytes.AsSpan(8));
        long live = LiveTensors.Settled();
        var error = Assert.Throws<InvalidDataException>(() => Safetensors.Read(new MemoryStream(bytes)));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Equal(live, LiveTensors.Count);
    }

    [Theory, InlineData(new byte[] { 1, 2, 3 }), InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 127, 0 })]
    public void A_header_length_beyond_the_stream_allocates_nothing(byte[] bytes)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => Safetensors.Read(new MemoryStream(bytes)));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_no_other()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        Safetensors.Write(folder["a.safetensors"], new Dictionary<string, Tensor> { ["a"] = zeros(2) });
        var before = File.ReadAllBytes(folder["a.safetensors"]);
        Assert.Throws<NotSupportedException>(() =>
            Safetensors.Write(folder["a.safetensors"], new Dictionary<string, Tensor> { ["a"] = zeros(2, ScalarType.ComplexFloat32) }));
        Assert.Equal(before, File.ReadAllBytes(folder["a.safetensors"]));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(folder["a"])!));
    }

    private static byte[] Write(IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using var stream = new MemoryStream();
        Safetensors.Write(stream, tensors, metadata);
        return stream.ToArray();
    }

    private static Dictionary<string, Tensor> Samples() => new()
    {
        ["channels.last"] = ChannelsLast.Of(Goldens.Input(2, 5)),
        ["scalar"] = tensor(42L),
        ["empty"] = zeros([0, 3], ScalarType.Float32),
        ["bytes"] = tensor(new byte[] { 1, 2, 255 }),
        ["brain"] = tensor(new[] { 1.5f, -2f }).to(ScalarType.BFloat16),
        ["double"] = tensor(new[] { Math.PI }),
        ["flags"] = tensor(new[] { true, false, true }),
    };
}
