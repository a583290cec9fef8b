using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNetWsss.Backbones;

/// <summary>Copies tensors into the parameters and buffers of a module, strictly: all names and shapes fit, or nothing changes.</summary>
internal static class StateLoading
{
    /// <summary>Every parameter and buffer by name; the tensors are the module's own.</summary>
    internal static Dictionary<string, Tensor> StateOf(Module module)
    {
        var state = new Dictionary<string, Tensor>();
        foreach (var (name, parameter) in module.named_parameters())
            state.Add(name, parameter);
        foreach (var (name, buffer) in module.named_buffers())
            state.Add(name, buffer);
        return state;
    }

    /// <summary>Copies <paramref name="source"/> into the module, converting precision, device and memory order.</summary>
    /// <param name="module">The module.</param>
    /// <param name="source">Tensors by name.</param>
    /// <param name="mayBeMissing">Names that the source need not have.</param>
    /// <param name="mayBeUnexpected">Names that the module need not have.</param>
    /// <exception cref="InvalidDataException">Lists all names that are missing, unexpected or of another shape.</exception>
    internal static void Load(
        Module module, IReadOnlyDictionary<string, Tensor> source, Func<string, bool> mayBeMissing, Func<string, bool> mayBeUnexpected)
    {
        var state = StateOf(module);
        string[] missing = [.. state.Keys.Where(name => !source.ContainsKey(name) && !mayBeMissing(name))];
        string[] unexpected =
            [.. source.Keys.Where(name => !state.ContainsKey(name) && !mayBeUnexpected(name)).Order(StringComparer.Ordinal)];
        string[] misshapen =
        [
            .. state.Where(own => source.TryGetValue(own.Key, out var other) && !own.Value.shape.SequenceEqual(other.shape))
                .Select(own => $"{own.Key} (expected {Shape(own.Value)}, found {Shape(source[own.Key])})"),
        ];
        if (missing.Length + unexpected.Length + misshapen.Length > 0)
            throw new InvalidDataException(
                $"The weights do not fit this {module.GetName()}." +
                List("Missing", missing) + List("Unexpected", unexpected) + List("Of another shape", misshapen) +
                " Check architecture, width and number of classes.");
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        foreach (var layer in module.modules().Append(module).OfType<Conv2dLayer>())
            layer.ForgetRounded();
        foreach (var (name, own) in state)
            if (source.TryGetValue(name, out var other))
                own.copy_(other);
    }

    private static string Shape(Tensor tensor) => $"[{string.Join(",", tensor.shape)}]";

    private static string List(string title, string[] names) =>
        names.Length == 0 ? "" : $" {title} ({names.Length}): {string.Join(", ", names)}.";
}
