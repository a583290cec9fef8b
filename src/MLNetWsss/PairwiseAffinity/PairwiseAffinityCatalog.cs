using MLNetWsss.PairwiseAffinity;

namespace MLNetWsss;

/// <summary>Learnt affinities under <c>mlContext.Transforms.Wsss</c>.</summary>
public static class PairwiseAffinityCatalog
{
    extension(WsssCatalog wsss)
    {
        /// <summary>
        /// Image + Cam (+ Tags) -> Cam: learns from the sure parts of the maps which neighbouring pixels belong together, and lets the maps
        /// walk along that (PSA, Ahn and Kwak, CVPR 2018; IRN, Ahn, Cho and Kwak, CVPR 2019).
        /// </summary>
        /// <param name="options">Null takes every default.</param>
        /// <exception cref="ArgumentException">An option is out of its range.</exception>
        public PairwiseAffinityEstimator PairwiseAffinity(PairwiseAffinityOptions? options = null) => new(wsss.Environment, options ?? new());
    }
}
