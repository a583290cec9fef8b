using System.Globalization;
using System.Reflection;

namespace Standins.Tests.Surface;

/// <summary>
/// What other assemblies see of one: a line "T kind name : bases" for each public type and "M type::signature" for each public or
/// protected member, in ordinal order.
/// </summary>
internal static class PublicSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static SortedSet<string> Of(Assembly assembly)
    {
        var lines = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var type in assembly.GetTypes().Where(type => !IsGenerated(type.FullName ?? type.Name) && IsVisible(type)))
        {
            lines.Add("T " + Declaration(type));
            string owner = TypeNames.Declared(type);
            lines.UnionWith(Members(type).Select(member => $"M {owner}::{member}"));
        }
        return lines;
    }

    private static bool IsGenerated(string name) => name.Contains('<');

    private static bool IsVisible(Type type)
    {
        if (!type.IsNested)
            return type.IsPublic;
        return (type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && IsVisible(type.DeclaringType);
    }

    private static bool IsVisible(MethodBase method) => method is not null && (method.IsPublic || IsProtected(method));

    private static bool IsVisible(FieldInfo field) => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly;

    private static bool IsProtected(MethodBase method) => method.IsFamily || method.IsFamilyOrAssembly;

    private static bool Has(IEnumerable<CustomAttributeData> attributes, string name) =>
        attributes.Any(attribute => attribute.AttributeType.Name == name);

    private static string Declaration(Type type)
    {
        string head = $"{Kind(type)} {TypeNames.Declared(type)}";
        if (type.IsEnum)
            return $"{head} : {TypeNames.Of(type.GetEnumUnderlyingType())}";
        if (IsDelegate(type))
        {
            var invoke = type.GetMethod("Invoke");
            return $"{head}({Parameters(invoke)}) -> {Result(invoke.ReturnType, invoke.ReturnParameter)}"
                + TypeNames.Constraints(type.GetGenericArguments());
        }
        string[] bases =
        [
            .. type.BaseType is { } parent && parent != typeof(object) && !type.IsValueType
                ? [TypeNames.Of(parent)] : Array.Empty<string>(),
            .. type.GetInterfaces().Where(contract => IsVisible(contract.IsGenericType ? contract.GetGenericTypeDefinition() : contract))
                .Select(TypeNames.Of).Order(StringComparer.Ordinal),
        ];
        return head + (bases.Length > 0 ? " : " + string.Join(", ", bases) : "") + TypeNames.Constraints(type.GetGenericArguments());
    }

    private static string Kind(Type type)
    {
        if (type.IsEnum)
            return "enum";
        if (type.IsInterface)
            return "interface";
        if (IsDelegate(type))
            return "delegate";
        if (type.IsValueType)
            return (type.IsByRefLike ? "ref " : "") + (Has(type.CustomAttributes, "IsReadOnlyAttribute") ? "readonly struct" : "struct");
        return (type.IsAbstract, type.IsSealed) switch
        {
            (true, true) => "static class",
            (true, false) => "abstract class",
            (false, true) => "sealed class",
            _ => "class",
        };
    }

    private static bool IsDelegate(Type type) => type.BaseType == typeof(MulticastDelegate);

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
            return type.GetFields(Declared).Where(field => field.IsLiteral)
                .Select(field => $"{field.Name} = {field.GetRawConstantValue()}");
        if (IsDelegate(type))
            return [];
        return
        [
            .. type.GetConstructors(Declared).Where(made => !made.IsStatic && IsVisible(made))
                .Select(made => $"{Modifiers(made)}.ctor({Parameters(made)})"),
            .. type.GetFields(Declared).Where(field => !IsGenerated(field.Name) && IsVisible(field)).Select(Field),
            .. type.GetProperties(Declared).Where(property => !IsGenerated(property.Name) && property.GetAccessors(true).Any(IsVisible))
                .Select(Property),
            .. type.GetEvents(Declared).Where(raised => !IsGenerated(raised.Name) && IsVisible(raised.GetAddMethod(true)))
                .Select(raised => $"{Modifiers(raised.GetAddMethod(true))}event {TypeNames.Of(raised.EventHandlerType)} {raised.Name}"),
            .. type.GetMethods(Declared).Where(method => !IsGenerated(method.Name) && !IsAccessor(method) && IsVisible(method))
                .Select(Method),
        ];
    }

    private static bool IsAccessor(MethodInfo method) =>
        method.IsSpecialName && (method.Name.Split('_')[0] is "get" or "set" or "add" or "remove");

    private static string Field(FieldInfo field)
    {
        string modifiers = (field.IsPublic ? "" : "protected ")
            + (field.IsLiteral ? "const " : (field.IsStatic ? "static " : "") + (field.IsInitOnly ? "readonly " : ""));
        string value = field.IsLiteral ? " = " + Constant(field.GetRawConstantValue(), null) : "";
        return $"{modifiers}{TypeNames.Of(field.FieldType)} {field.Name}{value}";
    }

    private static string Property(PropertyInfo property)
    {
        MethodInfo get = property.GetGetMethod(true), set = property.GetSetMethod(true);
        // The wider accessor speaks for the property; a narrower one says so itself.
        var widest = get is { IsPublic: true } || set is null || (get is not null && !set.IsPublic && IsProtected(get)) ? get : set;
        bool isInit = set?.ReturnParameter.GetRequiredCustomModifiers().Any(modifier => modifier.Name == "IsExternalInit") == true;
        string[] accessors = [.. Accessor(get, widest, "get"), .. Accessor(set, widest, isInit ? "init" : "set")];
        var indices = property.GetIndexParameters();
        string name = indices.Length > 0 ? $"this[{string.Join(", ", indices.Select(Parameter))}]" : property.Name;
        return $"{Modifiers(widest)}{Result(property.PropertyType, get?.ReturnParameter)} {name} {{ {string.Join(" ", accessors)} }}";
    }

    private static IEnumerable<string> Accessor(MethodInfo accessor, MethodInfo widest, string keyword)
    {
        if (IsVisible(accessor))
            yield return accessor.IsPublic == widest.IsPublic ? keyword + ";" : $"protected {keyword};";
    }

    private static string Method(MethodInfo method)
    {
        string generic = method.IsGenericMethodDefinition
            ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";
        string constraints = method.IsGenericMethodDefinition ? TypeNames.Constraints(method.GetGenericArguments()) : "";
        string extends = Has(method.CustomAttributes, "ExtensionAttribute") ? "this " : "";
        string result = Result(method.ReturnType, method.ReturnParameter);
        return $"{Modifiers(method)}{result} {method.Name}{generic}({extends}{Parameters(method)}){constraints}";
    }

    private static string Modifiers(MethodBase method)
    {
        string text = method.IsPublic ? "" : "protected ";
        if (method.DeclaringType.IsInterface)
            return text;
        if (method.IsStatic)
            return text + "static ";
        if (method is not MethodInfo || !method.IsVirtual)
            return text;
        bool isNew = method.Attributes.HasFlag(MethodAttributes.NewSlot);
        if (method.IsAbstract)
            return text + (isNew ? "abstract " : "abstract override ");
        if (method.IsFinal)
            return text + (isNew ? "" : "sealed override ");
        return text + (isNew ? "virtual " : "override ");
    }

    private static string Result(Type type, ParameterInfo result)
    {
        if (!type.IsByRef)
            return TypeNames.Of(type);
        bool isReadOnly = result is not null && Has(result.CustomAttributes, "IsReadOnlyAttribute");
        return (isReadOnly ? "ref readonly " : "ref ") + TypeNames.Of(type.GetElementType());
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        string passing = Has(parameter.CustomAttributes, "ParamArrayAttribute") ? "params " : "";
        if (type.IsByRef)
        {
            passing += parameter.IsOut ? "out " : Has(parameter.CustomAttributes, "IsReadOnlyAttribute") ? "in " : "ref ";
            type = type.GetElementType();
        }
        string value = parameter.HasDefaultValue ? " = " + Constant(parameter.RawDefaultValue, type) : "";
        return $"{passing}{TypeNames.Of(type)} {parameter.Name}{value}";
    }

    private static string Constant(object value, Type type) => value switch
    {
        null => type is { IsValueType: true } ? "default" : "null",
        string text => $"\"{Escaped(text)}\"",
        char letter => $"'{letter}'",
        bool truth => truth ? "true" : "false",
        IFormattable number => Cast(type) + number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    private static string Cast(Type type) => type is { IsEnum: true } ? $"({TypeNames.Of(type)})" : "";

    private static string Escaped(string text) =>
        text.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n").Replace("\r", "\\r").Replace("\t", "\\t");
}
