using MLNetWsss.GroupRefinement;

namespace MLNetWsss;

/// <summary>Maps that complete each other under <c>mlContext.Transforms.Wsss</c>.</summary>
public static class GroupRefinementCatalog
{
    extension(WsssCatalog wsss)
    {
        /// <summary>
        /// Image + Tags (+ Cam) -> Cam: photos that share a class complete each other's class activation maps, by a graph over groups of
        /// them (Li et al., AAAI 2021). It looks at whole views, so it predicts through <c>Transform</c> and not through a
        /// PredictionEngine.
        /// </summary>
        /// <param name="options">Null takes every default.</param>
        /// <exception cref="ArgumentException">An option is out of its range.</exception>
        public GroupRefinementEstimator GroupRefinement(GroupRefinementOptions? options = null) => new(wsss.Environment, options ?? new());
    }
}
