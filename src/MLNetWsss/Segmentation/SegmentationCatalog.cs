using MLNetWsss.Segmentation;

namespace MLNetWsss;

/// <summary>The segmentation trainer under <c>mlContext.Transforms.Wsss</c>.</summary>
public static class SegmentationCatalog
{
    extension(WsssCatalog wsss)
    {
        /// <summary>
        /// Image + Mask -> Prediction: trains a network that labels every pixel. On pseudo labels through
        /// <see cref="SegmentationEstimator.SupervisedBy"/> or by plain chaining; on true masks directly, which is the fully supervised bound.
        /// </summary>
        /// <param name="options">Null takes every default.</param>
        /// <exception cref="ArgumentException">An option is out of its range.</exception>
        public SegmentationEstimator Segmentation(SegmentationOptions? options = null) => new(wsss.Environment, options ?? new());
    }
}
