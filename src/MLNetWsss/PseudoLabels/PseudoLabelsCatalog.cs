using MLNetWsss.PseudoLabels;

namespace MLNetWsss;

/// <summary>Pseudo labels under <c>mlContext.Transforms.Wsss</c>.</summary>
public static class PseudoLabelsCatalog
{
    extension(WsssCatalog wsss)
    {
        /// <summary>Cam (+ Image, Tags) -> Mask: labels each pixel from the maps; uncertain pixels become 255 and teach nothing.</summary>
        /// <param name="options">Null takes every default.</param>
        /// <exception cref="ArgumentException">An option is out of its range.</exception>
        public PseudoLabelsEstimator PseudoLabels(PseudoLabelsOptions? options = null) => new(wsss.Environment, options ?? new());
    }
}
