using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNetWsss.Pipeline;

namespace MLNetWsss;

/// <summary>
/// The components of weakly supervised semantic segmentation, from cheap labels to pixel masks. In the order in which they chain:
/// <list type="bullet">
/// <item><c>ClassActivation</c>: image tags -> class activation maps</item>
/// <item><c>PairwiseAffinity</c>: maps -> maps that have walked along learnt affinities</item>
/// <item><c>PseudoLabels</c>: maps -> masks to train on</item>
/// <item><c>Segmentation</c>: images + masks -> a network that predicts masks</item>
/// <item><c>LabelImages</c>: masks -> coloured images and vectors</item>
/// <item><c>Evaluate</c>: predicted masks against true ones</item>
/// </list>
/// </summary>
public sealed class WsssCatalog
{
    internal WsssCatalog(IHostEnvironment environment) => Environment = environment;

    internal IHostEnvironment Environment { get; }
}

/// <summary>The door: <c>mlContext.Transforms.Wsss</c>.</summary>
public static class WsssCatalogExtensions
{
    extension(TransformsCatalog catalog)
    {
        /// <summary>Weakly supervised semantic segmentation.</summary>
        public WsssCatalog Wsss => new(MLNetInternals.EnvironmentOf(catalog));
    }
}
