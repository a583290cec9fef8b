using MLNetWsss.AuxiliaryAffinity;

namespace MLNetWsss;

/// <summary>Auxiliary tasks and their cross-task affinity under <c>mlContext.Transforms.Wsss</c>.</summary>
public static class AuxiliaryAffinityCatalog
{
    extension(WsssCatalog wsss)
    {
        /// <summary>
        /// Image + Tags (+ Saliency) -> Cam, RefinedSaliency, Mask, Prediction: one network classifies, finds what is salient and segments;
        /// an affinity learned from the last two refines both and spreads the class maps into better labels, in several rounds (AuxSegNet,
        /// Xu et al., ICCV 2021).
        /// </summary>
        /// <param name="options">Null takes every default.</param>
        /// <exception cref="ArgumentException">An option is out of its range.</exception>
        public AuxiliaryAffinityEstimator AuxiliaryAffinity(AuxiliaryAffinityOptions? options = null) =>
            new(wsss.Environment, options ?? new());
    }
}
