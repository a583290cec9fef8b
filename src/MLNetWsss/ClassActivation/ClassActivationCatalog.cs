using MLNetWsss.ClassActivation;

namespace MLNetWsss;

/// <summary>Class activation maps under <c>mlContext.Transforms.Wsss</c>.</summary>
public static class ClassActivationCatalog
{
    extension(WsssCatalog wsss)
    {
        /// <summary>
        /// Image + Tags -> Cam: trains a classifier from image tags and writes where each class is, as maps in [0, 1]
        /// (Zhou et al., CVPR 2016).
        /// </summary>
        /// <param name="options">Null takes every default.</param>
        /// <exception cref="ArgumentException">An option is out of its range.</exception>
        public ClassActivationEstimator ClassActivation(ClassActivationOptions? options = null) => new(wsss.Environment, options ?? new());
    }
}
