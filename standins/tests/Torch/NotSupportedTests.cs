using TorchSharp;
using static TorchSharp.torch;

namespace Standins.Tests.Torch;

/// <summary>What this subset cannot do says which packages can.</summary>
public sealed class NotSupportedTests : TorchTest
{
    [Fact]
    public void Devices_other_than_the_processor()
    {
        AssertNamesPackages(() => ones(2).to("cuda"));
        AssertNamesPackages(() => ones(2).cuda());
        AssertNamesPackages(() => zeros(2, device: CUDA));
        AssertNamesPackages(() => nn.Linear(2, 2).to(CUDA));
        AssertNamesPackages(() => InitializeDevice(MPS));
        Assert.False(cuda.is_available());
    }

    [Fact]
    public void Pinned_memory_and_named_dimensions()
    {
        AssertNamesPackages(() => ones(2).pin_memory());
        AssertNamesPackages(() => zeros([2], names: ["N"]));
    }

    [Fact]
    public void Corners_of_modules()
    {
        AssertNamesPackages(() => nn.MultiheadAttention(8, 2, add_bias_kv: true));
        AssertNamesPackages(() => nn.AvgPool1d(2, divisor_override: 3).call(ones(1, 1, 4)));
    }

    private static void AssertNamesPackages(Func<object> call) =>
        Assert.Contains("TorchSharp", Assert.Throws<NotSupportedException>(() => { call(); }).Message);
}
