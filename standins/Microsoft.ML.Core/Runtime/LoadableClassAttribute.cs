namespace Microsoft.ML
{
    // Microsoft.ML keeps this attribute and the delegate below internal, and libraries reach them through a compile-time facade
    // assembly of the same name. The compiler takes two assemblies of one name without strong names for one and the same, so
    // beside a stand-in there can be no facade: the two names are public here and are referred to under its alias.

    /// <summary>Names a component of this assembly that is created by name, such as one that a model file asks for.</summary>
    [AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true, Inherited = false)]
    public sealed class LoadableClassAttribute : Attribute
    {
        /// <summary>Declares that <paramref name="instType"/> makes its own instances.</summary>
        public LoadableClassAttribute(Type instType, Type argType, Type sigType, string userName, params string[] loadNames)
            : this(instType, instType, argType, sigType, userName, loadNames)
        {
        }

        /// <summary>Declares that <paramref name="loaderType"/> makes instances of <paramref name="instType"/>.</summary>
        internal LoadableClassAttribute(Type instType, Type loaderType, Type argType, Type sigType, string userName,
            params string[] loadNames)
        {
            InstanceType = instType;
            LoaderType = loaderType;
            ArgType = argType;
            SignatureType = sigType;
            UserName = userName;
            LoadNames = loadNames;
        }

        internal Type InstanceType { get; }

        internal Type LoaderType { get; }

        internal Type ArgType { get; }

        internal Type SignatureType { get; }

        internal string UserName { get; }

        internal string[] LoadNames { get; }
    }

    /// <summary>The signature of components that load from a model.</summary>
    public delegate void SignatureLoadModel(object ctx);

    /// <summary>Base of attributes by which a class is found under a contract name.</summary>
    public abstract class ExtensionBaseAttribute : Attribute
    {
        private protected ExtensionBaseAttribute(string contractName) => ContractName = contractName;

        public string ContractName { get; }
    }
}
