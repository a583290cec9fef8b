using System.Collections;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Standins.Tests.Torch;

public sealed class MemoryTests : TorchTest
{
    private readonly Tensor _x = Counting(2, 3);

    [Fact]
    public void An_accessor_follows_strides()
    {
        var turned = _x.t().data<float>();

        Assert.Equal([1f, 4, 2, 5, 3, 6], turned.ToArray());
        Assert.Equal(6, turned[2, 1]);
        Assert.Equal(4, turned[1]);
        Assert.Equal(6, turned.Count);
        Assert.Equal(21, turned.Sum());
    }

    [Fact]
    public void An_accessor_writes_into_the_tensor()
    {
        var accessor = _x.data<float>();
        accessor[0, 0] = 10;
        AssertNumber(10, _x[0, 0]);

        _x.t().data<float>().CopyFrom([1, 2, 3, 4, 5, 6]);
        AssertElements(_x, 1, 3, 5, 2, 4, 6);
    }

    [Fact]
    public void An_accessor_copies_out()
    {
        var buffer = new float[4];
        _x.data<float>().CopyTo(buffer, 0, 2);
        Assert.Equal([3f, 4, 5, 6], buffer);
        Assert.Equal(6, ((float[,])_x.data<float>().ToNDArray())[1, 2]);
        Assert.Empty(empty(0).data<float>().ToArray());
    }

    [Fact]
    public void Bytes_are_the_memory_itself()
    {
        MemoryMarshal.Cast<byte, float>(_x.bytes)[5] = 7;

        Assert.Equal(24, _x.bytes.Length);
        AssertNumber(7, _x[1, 2]);
    }

    [Fact]
    public void Bytes_of_a_strided_tensor_are_refused() =>
        Assert.Throws<NotImplementedException>(() => _x.t().bytes.Length);

    [Fact]
    public void Elements_are_read_as_their_own_type_only()
    {
        Assert.Equal(2f, _x[0, 1].item<float>());
        Assert.Throws<ArgumentException>(() => _x[0, 1].item<double>());
        Assert.Throws<ArgumentException>(() => _x.data<long>());
        Assert.Throws<ArgumentException>(() => _x.item<float>());
        Assert.Equal(2f, (float)_x[0, 1]);
        Assert.Equal(2L, _x[0, 1].ToInt64());
        Assert.True(tensor(true).ToBoolean());
    }

    [Fact]
    public void Nested_lists_have_the_shape()
    {
        var list = Assert.IsAssignableFrom<IList>(_x.tolist());
        Assert.Equal(2, list.Count);
        Assert.Equal(3, Assert.IsAssignableFrom<IList>(list[1]).Count);
    }

    [Fact]
    public void Saved_tensors_follow_one_another_in_a_stream()
    {
        using var stream = new MemoryStream();
        _x.t().contiguous().Save(stream);
        _x.to(ScalarType.Int64).Save(stream);
        stream.Position = 0;

        var first = Tensor.Load(stream);
        var second = Tensor.Load(stream);
        AssertSame(_x.t(), first);
        AssertSame(_x, second);
        Assert.Equal(ScalarType.Int64, second.dtype);
        Assert.Equal(stream.Length, stream.Position);
    }

    [Fact]
    public void A_tensor_in_another_memory_order_is_not_written_as_in_the_real_library() =>
        Assert.Contains("contiguous", Assert.Throws<InvalidOperationException>(() => _x.t().Save(new MemoryStream())).Message);

    [Fact]
    public void A_saved_file_loads_again()
    {
        string path = Path.GetTempFileName();
        try
        {
            save(_x, path);
            AssertSame(_x, load(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_truncated_stream_is_refused()
    {
        using var stream = new MemoryStream();
        _x.Save(stream);
        stream.SetLength(stream.Length - 3);
        stream.Position = 0;

        Assert.ThrowsAny<Exception>(() => Tensor.Load(stream));
    }

    [Fact]
    public void Printing_never_fails_and_shows_the_numbers()
    {
        Assert.Contains("6", _x.ToString(TorchSharp.TensorStringStyle.Numpy));
        Assert.Contains("6", _x.str());
        Assert.NotEmpty(_x.ToString());
    }
}
