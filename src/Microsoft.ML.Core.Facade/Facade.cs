namespace Microsoft.ML;

// ML.NET finds a saved component by an assembly attribute that it keeps internal. The compiler needs to see the
// attribute's name and shape to emit it; at run time the reference "Microsoft.ML.Core" binds to the real, higher
// version, so no line below is ever executed.

/// <summary>Shape of ML.NET's internal attribute that names a loadable component.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class LoadableClassAttribute : Attribute
{
    /// <summary>Declares <paramref name="instType"/> loadable under <paramref name="loadNames"/>.</summary>
    public LoadableClassAttribute(Type instType, Type? argType, Type sigType, string userName, params string[] loadNames) =>
        throw new NotSupportedException();
}

/// <summary>Shape of ML.NET's internal marker for components that load from a model.</summary>
public delegate void SignatureLoadModel(object ctx);
