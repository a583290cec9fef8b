namespace Microsoft.ML
{
    /// <summary>Names a component of this assembly that is created by name, such as one that a model file asks for.</summary>
    [AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true, Inherited = false)]
    internal sealed class LoadableClassAttribute : Attribute
    {
        /// <summary>Declares that <paramref name="instType"/> makes its own instances.</summary>
        public LoadableClassAttribute(Type instType, Type argType, Type sigType, string userName, params string[] loadNames)
            : this(instType, instType, argType, sigType, userName, loadNames)
        {
        }

        /// <summary>Declares that <paramref name="loaderType"/> makes instances of <paramref name="instType"/>.</summary>
        public LoadableClassAttribute(Type instType, Type loaderType, Type argType, Type sigType, string userName, params string[] loadNames)
        {
            InstanceType = instType;
            LoaderType = loaderType;
            ArgType = argType;
            SignatureType = sigType;
            UserName = userName;
            LoadNames = loadNames;
        }

        public Type InstanceType { get; }

        public Type LoaderType { get; }

        public Type ArgType { get; }

        public Type SignatureType { get; }

        public string UserName { get; }

        public string[] LoadNames { get; }
    }

    /// <summary>The signature of components that load from a model.</summary>
    internal delegate void SignatureLoadModel(ModelLoadContext ctx);

    /// <summary>Base of attributes by which a class is found under a contract name.</summary>
    public abstract class ExtensionBaseAttribute : Attribute
    {
        private protected ExtensionBaseAttribute(string contractName) => ContractName = contractName;

        public string ContractName { get; }
    }
}
