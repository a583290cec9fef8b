using MLNetWsss.Backbones;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.AuxiliaryAffinity;

/// <summary>
/// How alike two positions are to a task: queries and keys whose inner products become the rows of its affinity. In the authors' code these
/// are products of two 1x1 convolutions of the task's features, which know no bound; by default they are cosines, of those convolutions and
/// of the backbone's features, so that an affinity begins sharp and cannot end with all positions listening to one.
/// </summary>
internal sealed class PositionSimilarity : Module
{
    /// <summary>By which the cosine of a task's own features is divided at first: before they are trained they tell little.</summary>
    internal const double OwnTemperature = 1;

    private readonly Conv2dLayer _query, _key;
    // TorchSharp's Module.to replaces parameters through the fields that bear their names, hence neither readonly nor underscored.
    private Parameter? queryScale, keyScale, ownScale;

    /// <param name="channels">D, channels of a task's features.</param>
    /// <param name="backboneChannels">E, channels of the backbone's features that are compared.</param>
    /// <param name="temperature">By which the cosine of the backbone's features is divided at first; null takes products.</param>
    /// <param name="generator">Source of the initial weights, on the CPU.</param>
    internal PositionSimilarity(int channels, int backboneChannels, double? temperature, Generator generator)
        : base(nameof(PositionSimilarity))
    {
        // A product of two such features over D channels has deviation 1, so that no softmax begins saturated.
        double gain = Math.Pow(channels, -0.25);
        register_module("query", _query = new(channels, channels, 1, generator, hasBias: true, gain: gain));
        register_module("key", _key = new(channels, channels, 1, generator, hasBias: true, gain: gain));
        if (temperature is not { } divisor)
            return;
        using (no_grad())
            foreach (var (to, from) in _key.parameters().Zip(_query.parameters()))
                to.copy_(from);
        register_parameter("queryScale", queryScale = InitialWeights.Constant(backboneChannels, Math.Sqrt(1 / divisor)));
        register_parameter("keyScale", keyScale = InitialWeights.Constant(backboneChannels, Math.Sqrt(1 / divisor)));
        register_parameter("ownScale", ownScale = InitialWeights.Constant(1, 1 / OwnTemperature));
    }

    /// <summary>
    /// [N,D,h,w] a task's features and, unless products are taken, [N,E,h,w] the backbone's, as
    /// <see cref="Backbone.LastAndCompared"/> gives them -> [N,P,F] queries and [N,F,P] keys, float32; P = hw.
    /// </summary>
    internal (Tensor Queries, Tensor Keys) Of(Tensor features, Tensor? compared)
    {
        using var scope = NewDisposeScope();
        var queries = _query.call(features).to(ScalarType.Float32);
        var keys = _key.call(features).to(ScalarType.Float32);
        if (ownScale is not null)
        {
            queries = cat([compared!.mul(queryScale!.view(1, -1, 1, 1)), FeatureMaps.UnitLength(queries).mul(ownScale)], 1);
            keys = cat([compared!.mul(keyScale!.view(1, -1, 1, 1)), FeatureMaps.UnitLength(keys)], 1);
        }
        return (queries.flatten(2).transpose(1, 2).contiguous().MoveToOuterDisposeScope(),
            keys.flatten(2).contiguous().MoveToOuterDisposeScope());
    }
}
