namespace MLNetWsss.ClassActivation;

/// <summary>How maps are read off a trained classifier.</summary>
public enum MapMethod
{
    /// <summary>The classifier's weights over the last features (Zhou et al., CVPR 2016, section 2). Needs no gradient.</summary>
    Cam,

    /// <summary>Mean gradients as weights over the features of any layer (Selvaraju et al., ICCV 2017, section 3).</summary>
    GradCam,

    /// <summary>Positive gradients, weighted by position (Chattopadhay et al., WACV 2018, section 3).</summary>
    GradCamPlusPlus
}
