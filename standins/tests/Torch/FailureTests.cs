using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Standins.Tests.Torch;

/// <summary>Errors arrive as exceptions and the process goes on; the native library alone would end it.</summary>
public sealed class FailureTests : TorchTest
{
    [Fact]
    public void Shapes_that_do_not_fit_are_named()
    {
        var error = Assert.Throws<ExternalException>(() => ones(2, 3).matmul(ones(2, 3)));
        Assert.Contains("2x3", error.Message);
        Assert.Throws<ExternalException>(() => ones(2) + ones(3));
        Assert.Throws<ExternalException>(() => ones(2).view(3));
        Assert.Throws<ExternalException>(() => cat([ones(2, 2), ones(3, 3)]));
        Assert.Throws<ExternalException>(() => nn.functional.conv2d(ones(1, 3, 4, 4), ones(1, 4, 3, 3)));
        Assert.Throws<ExternalException>(() => einsum("ij,jk->ik", ones(2, 3), ones(2, 3)));
    }

    [Fact]
    public void Indices_outside_of_the_tensor()
    {
        Assert.Throws<ExternalException>(() => arange(3)[5]);
        Assert.Throws<ExternalException>(() => arange(3).index_select(0, Longs(7)));
        Assert.Throws<ExternalException>(() => ones(2, 2).sum(dim: 4));
    }

    [Fact]
    public void A_label_beyond_the_classes() =>
        Assert.Throws<ExternalException>(() => nn.functional.cross_entropy(ones(1, 3), Longs(9)));

    [Fact]
    public void Memory_that_nobody_has() =>
        // 2^62 bytes.
        Assert.Throws<ExternalException>(() => zeros(1L << 30, 1L << 30));

    [Fact]
    public void The_library_works_on_after_an_error()
    {
        for (int i = 0; i < 100; i++)
            Assert.Throws<ExternalException>(() => ones(2) + ones(3));
        AssertElements(ones(2) + ones(2), 2, 2);
    }

    [Fact]
    public void A_failed_call_makes_no_tensor()
    {
        Tensor a = ones(2), b = ones(3);
        long before = LiveTensors();
        Assert.Throws<ExternalException>(() => a + b);
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void A_disposed_tensor_says_so()
    {
        var tensor = ones(2);
        tensor.Dispose();
        tensor.Dispose();

        Assert.True(tensor.IsInvalid);
        Assert.Throws<InvalidOperationException>(() => tensor + 1);
        Assert.Throws<InvalidOperationException>(() => tensor.shape);
        Assert.Throws<InvalidOperationException>(() => ones(2) + tensor);
    }

    [Fact]
    public void A_file_that_holds_no_tensor()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, [1, 2, 3]);
            Assert.Throws<ExternalException>(() => load(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Errors_of_two_threads_do_not_mix()
    {
        string[] messages = new string[2];
        var threads = Enumerable.Range(0, 2).Select(i => new Thread(() =>
        {
            for (int k = 0; k < 200; k++)
            {
                using var a = ones(2, i + 5);
                using var b = ones(2, i + 5);
                messages[i] = Assert.Throws<ExternalException>(() => a.matmul(b)).Message;
                if (!messages[i].Contains($"2x{i + 5}"))
                    return;
            }
        })).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();

        Assert.Contains("2x5", messages[0]);
        Assert.Contains("2x6", messages[1]);
    }
}
