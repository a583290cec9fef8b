using System.Reflection;
using System.Text;

namespace Standins.Tests.Surface;

/// <summary>Types as C# writes them, with full namespaces.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(object)] = "object", [typeof(string)] = "string", [typeof(bool)] = "bool", [typeof(char)] = "char",
        [typeof(byte)] = "byte", [typeof(sbyte)] = "sbyte", [typeof(short)] = "short", [typeof(ushort)] = "ushort", [typeof(int)] = "int",
        [typeof(uint)] = "uint", [typeof(long)] = "long", [typeof(ulong)] = "ulong", [typeof(float)] = "float",
        [typeof(double)] = "double", [typeof(decimal)] = "decimal",
    };

    /// <summary>A type where it is used.</summary>
    public static string Of(Type type)
    {
        if (type.IsGenericParameter)
            return type.Name;
        if (type.IsByRef)
            return "ref " + Of(type.GetElementType());
        if (type.IsPointer)
            return Of(type.GetElementType()) + "*";
        if (type.IsArray)
            return $"{Of(type.GetElementType())}[{new string(',', type.GetArrayRank() - 1)}]";
        if (Keywords.TryGetValue(type, out string keyword))
            return keyword;
        return Nullable.GetUnderlyingType(type) is { } value ? Of(value) + "?" : Qualified(type, Of);
    }

    /// <summary>A type where it is declared, with the variance of its parameters.</summary>
    public static string Declared(Type type) => Qualified(type, parameter => Variance(parameter) + parameter.Name);

    /// <summary>The constraints of generic parameters.</summary>
    public static string Constraints(IEnumerable<Type> arguments)
    {
        var text = new StringBuilder();
        foreach (var parameter in arguments.Where(argument => argument.IsGenericParameter))
        {
            var kinds = parameter.GenericParameterAttributes;
            bool isValue = kinds.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint);
            string[] constraints =
            [
                .. kinds.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint) ? ["class"] : Array.Empty<string>(),
                .. isValue ? ["struct"] : Array.Empty<string>(),
                .. parameter.GetGenericParameterConstraints().Where(bound => bound != typeof(ValueType)).Select(Of)
                    .Order(StringComparer.Ordinal),
                .. kinds.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !isValue ? ["new()"] : Array.Empty<string>(),
            ];
            if (constraints.Length > 0)
                text.Append($" where {parameter.Name} : {string.Join(", ", constraints)}");
        }
        return text.ToString();
    }

    private static string Variance(Type parameter) =>
        (parameter.GenericParameterAttributes & GenericParameterAttributes.VarianceMask) switch
        {
            GenericParameterAttributes.Covariant => "out ",
            GenericParameterAttributes.Contravariant => "in ",
            _ => "",
        };

    // A nested type repeats the parameters of the types around it; each name takes only those that are its own.
    private static string Qualified(Type type, Func<Type, string> nameOf)
    {
        var nesting = new Stack<Type>();
        for (var outer = type; outer is not null; outer = outer.DeclaringType)
            nesting.Push(outer);
        var arguments = type.GetGenericArguments();
        int used = 0;
        var names = new List<string>();
        foreach (var level in nesting)
        {
            int total = level.GetGenericArguments().Length;
            string name = level.Name.Split('`')[0];
            names.Add(total > used ? $"{name}<{string.Join(", ", arguments[used..total].Select(nameOf))}>" : name);
            used = Math.Max(used, total);
        }
        string path = string.Join('.', names);
        return string.IsNullOrEmpty(type.Namespace) ? path : $"{type.Namespace}.{path}";
    }
}
