using MLNetWsss.Backbones;
using TorchSharp;
using static TorchSharp.torch;
using static MLNetWsss.Tests.Backbones.Tensors;

namespace MLNetWsss.Tests.Backbones;

public class SubgridsTests
{
    /// <summary>Float32 sums in another order, forwards and back through some twenty layers.</summary>
    private const double ReorderedSums = 5e-5;

    [Fact]
    public void A_map_of_three_by_three_splits_into_rows_and_columns_of_equal_parity()
    {
        using var scope = NewDisposeScope();
        // 0 1 2 / 3 4 5 / 6 7 8: even rows and columns hold 0 2 6 8; the odd row has only 4 at odd columns.
        var map = arange(9, ScalarType.Float32).view(1, 1, 3, 3);
        var split = Subgrids.Split(map, 2);
        Assert.Equal([4, 1, 2, 2], split.shape);
        Assert.Equal([0, 2, 6, 8, 1, 0, 7, 0, 3, 5, 0, 0, 4, 0, 0, 0], split.ToFloats());
        Assert.Equal([1, 1, 1, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1, 0, 0, 0], Subgrids.Inside(map, 2)!.ToFloats());
    }

    [Theory]
    [InlineData(6, 4, 2)]
    [InlineData(5, 7, 2)]
    [InlineData(9, 6, 4)]
    public void Join_undoes_split(int height, int width, int dilation)
    {
        using var scope = NewDisposeScope();
        var maps = Goldens.FromFormula([3, 5, height, width], position => position);
        var joined = Subgrids.Join(Subgrids.Split(maps, dilation), dilation, height, width);
        Assert.True(Same(joined, maps));
        Assert.True(ChannelsLast.Is(joined));
        Assert.Equal(height % dilation == 0 && width % dilation == 0, Subgrids.Inside(maps, dilation) is null);
    }

    [Theory]
    [InlineData(16, 65)] // 5 x 5 features: padded at dilation 2
    [InlineData(16, 64)]
    [InlineData(8, 65)] // 9 x 9 features: dilations 2 and 4
    public void Features_and_gradients_on_subgrids_are_those_of_dilated_convolutions(int stride, int side)
    {
        using var scope = NewDisposeScope();
        var (plain, plainGradients) = Learn(onSubgrids: false);
        var (features, gradients) = Learn(onSubgrids: true);
        var difference = RelativeDifference(features, plain);
        Assert.True(difference < ReorderedSums, $"features: {difference}");
        Assert.Equal(plainGradients.Keys, gradients.Keys);
        foreach (var (name, expected) in plainGradients)
        {
            difference = RelativeDifference(gradients[name], expected);
            Assert.True(difference < ReorderedSums, $"{name}: {difference}");
        }

        (Tensor, Dictionary<string, Tensor>) Learn(bool onSubgrids)
        {
            using var backbone = BackboneTests.CreateByFormula(new() { OutputStride = stride, Width = 0.5, DilateOnSubgrids = onSubgrids });
            backbone.FoldBatchNorm();
            backbone.train();
            var output = backbone.LastFeatures(ChannelsLast.Of(Goldens.Input(2, side)));
            output.square().mean().backward();
            return (output.detach(), backbone.named_parameters().ToDictionary(p => p.name, p => p.parameter.grad!.clone()));
        }
    }

    [Fact]
    public void Statistics_of_a_batch_never_see_positions_outside_the_maps()
    {
        using var scope = NewDisposeScope();
        Assert.True(Same(Variance(onSubgrids: false), Variance(onSubgrids: true)));

        static Tensor Variance(bool onSubgrids)
        {
            using var backbone = BackboneTests.CreateByFormula(new() { Width = 0.25, DilateOnSubgrids = onSubgrids });
            backbone.train();
            backbone.LastFeatures(Goldens.Input(2, 65)).Dispose();
            return backbone.named_buffers().Single(b => b.name == "features.16.conv.1.1.running_var").buffer.clone();
        }
    }
}
