using MLNetWsss.Pipeline;
using MLNetWsss.Segmentation;

namespace MLNetWsss.Bench;

/// <summary>The example's segmentation network on true masks: what masks from tags are measured against.</summary>
internal static class Supervision
{
    /// <summary>Half of the photo or more in every crop, nothing padded: better for true masks, and worse for pseudo labels.</summary>
    internal static SegmentationOptions Full(Settings settings, IProgress<TrainingProgress> progress) => settings.Segmentation(progress) with
    {
        MaskColumn = "Truth", Augmentation = new() { AreaMin = 0.5 }
    };
}
