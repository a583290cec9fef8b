namespace Microsoft.ML;

/// <summary>What a model file says of the component that wrote it.</summary>
internal readonly struct VersionInfo
{
    internal const int ModelSignatureLength = 8;
    internal const int LongestLoaderSignature = 24;

    public readonly string ModelSignature;
    public readonly uint VerWrittenCur;
    public readonly uint VerReadableCur;
    public readonly uint VerWeCanReadBack;
    public readonly string LoaderAssemblyName;
    public readonly string LoaderSignature;
    public readonly string LoaderSignatureAlt;

    public VersionInfo(string modelSignature, uint verWrittenCur, uint verReadableCur, uint verWeCanReadBack, string loaderAssemblyName,
        string loaderSignature = null, string loaderSignatureAlt = null)
    {
        if (modelSignature?.Length != ModelSignatureLength || modelSignature.Any(c => c > byte.MaxValue))
            throw new ArgumentException($"A model signature has {ModelSignatureLength} characters below 256, not '{modelSignature}'.",
                nameof(modelSignature));
        if (loaderSignature?.Length > LongestLoaderSignature)
            throw new ArgumentException($"A loader signature has at most {LongestLoaderSignature} characters, not '{loaderSignature}'.",
                nameof(loaderSignature));
        if (loaderSignatureAlt?.Length > LongestLoaderSignature)
            throw new ArgumentException($"A loader signature has at most {LongestLoaderSignature} characters, not '{loaderSignatureAlt}'.",
                nameof(loaderSignatureAlt));
        ModelSignature = modelSignature;
        VerWrittenCur = verWrittenCur;
        VerReadableCur = verReadableCur;
        VerWeCanReadBack = verWeCanReadBack;
        LoaderAssemblyName = loaderAssemblyName;
        LoaderSignature = loaderSignature;
        LoaderSignatureAlt = loaderSignatureAlt;
    }
}
