using System.Reflection;
using System.Runtime.ExceptionServices;

namespace Microsoft.ML.Runtime;

/// <summary>Components by name, of the assemblies registered so far.</summary>
public sealed class ComponentCatalog
{
    private const BindingFlags AnyVisibility = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private readonly Lock _gate = new();
    private readonly HashSet<Assembly> _registered = [];
    private readonly Dictionary<(string Name, Type Signature), LoadableClassAttribute> _classes = [];
    private readonly Dictionary<(Type Attribute, string Contract), Type> _extensions = [];

    internal ComponentCatalog()
    {
    }

    /// <summary>Makes the components that <paramref name="assembly"/> declares known by name; a second call does nothing.</summary>
    public void RegisterAssembly(Assembly assembly, bool throwOnError = true)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        lock (_gate)
        {
            if (!_registered.Add(assembly))
                return;
            foreach (var loadable in assembly.GetCustomAttributes<LoadableClassAttribute>())
            {
                foreach (string name in loadable.LoadNames)
                    Add(_classes, (name.ToLowerInvariant(), loadable.SignatureType), loadable,
                        $"loader name '{name}' of {loadable.LoaderType}", throwOnError);
            }
            foreach (var type in TypesOf(assembly))
            {
                foreach (var extension in type.GetCustomAttributes<ExtensionBaseAttribute>(inherit: false))
                    Add(_extensions, (extension.GetType(), extension.ContractName), type, $"contract '{extension.ContractName}' of {type}",
                        throwOnError);
            }
        }
    }

    private static void Add<TKey, TValue>(Dictionary<TKey, TValue> table, TKey key, TValue value, string what, bool throwOnError)
    {
        if (!table.TryAdd(key, value) && throwOnError)
            throw new ArgumentException($"Cannot register the {what}: another component has it already.");
    }

    private static IEnumerable<Type> TypesOf(Assembly assembly)
    {
        if (assembly.IsDynamic)
            return [];
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException ex)
        {
            // An assembly may have types whose dependencies are absent; its other components are still usable.
            return ex.Types.OfType<Type>();
        }
    }

    /// <summary>
    /// Creates the component that loads models signed <paramref name="loaderSignature"/>, or returns null if no assembly declares one.
    /// </summary>
    internal object CreateFromModel(IHostEnvironment env, string loaderSignature, ModelLoadContext ctx)
    {
        LoadableClassAttribute loadable;
        lock (_gate)
        {
            if (!_classes.TryGetValue((loaderSignature.ToLowerInvariant(), typeof(SignatureLoadModel)), out loadable))
                return null;
        }
        try
        {
            return Create(loadable, env, ctx);
        }
        catch (TargetInvocationException ex) when (HostEnvironment.IsMarked(ex.InnerException))
        {
            ExceptionDispatchInfo.Throw(ex.InnerException);
            throw;
        }
    }

    private static object Create(LoadableClassAttribute loadable, IHostEnvironment env, ModelLoadContext ctx)
    {
        var type = loadable.LoaderType;
        Type[] parameters = [typeof(IHostEnvironment), typeof(ModelLoadContext)];
        if (loadable.InstanceType.IsAssignableFrom(type)
            && type.GetConstructor(AnyVisibility | BindingFlags.Instance, null, parameters, null) is { } constructor)
            return constructor.Invoke([env, ctx]);
        if (type.GetMethod("Create", AnyVisibility | BindingFlags.Static, null, parameters, null) is { } create)
            return create.Invoke(null, [env, ctx]);
        throw new InvalidOperationException(
            $"{type} has neither a constructor nor a static method Create of (IHostEnvironment, ModelLoadContext).");
    }

    /// <summary>
    /// An instance of the class that is registered under <paramref name="contractName"/> by attribute <typeparamref name="TAttribute"/>, or
    /// null.
    /// </summary>
    internal object GetExtension<TAttribute>(string contractName)
        where TAttribute : ExtensionBaseAttribute
    {
        lock (_gate)
            return _extensions.TryGetValue((typeof(TAttribute), contractName), out var type) ? Activator.CreateInstance(type) : null;
    }
}
