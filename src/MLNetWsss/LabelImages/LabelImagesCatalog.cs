using MLNetWsss.LabelImages;

namespace MLNetWsss;

/// <summary>Pictures of masks under <c>mlContext.Transforms.Wsss</c>.</summary>
public static class LabelImagesCatalog
{
    extension(WsssCatalog wsss)
    {
        /// <summary>Prediction (+ Image) -> PredictionImage: masks as coloured images, alone or over their photos, and as vectors if asked for.</summary>
        /// <param name="options">Null takes every default.</param>
        /// <exception cref="ArgumentException">An option is out of its range.</exception>
        public LabelImagesEstimator LabelImages(LabelImagesOptions? options = null) => new(wsss.Environment, options ?? new());
    }
}
