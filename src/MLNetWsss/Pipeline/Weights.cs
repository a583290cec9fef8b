using MLNetWsss.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNetWsss.Pipeline;

/// <summary>A network's parameters and buffers as safetensors bytes: plain numbers, nothing that could run.</summary>
internal static class Weights
{
    internal static byte[] Save(nn.Module network)
    {
        using var stream = new MemoryStream();
        Safetensors.Write(stream, network.state_dict());
        return stream.ToArray();
    }

    /// <exception cref="FormatException">Keys or shapes differ from the network's; the message lists all of them.</exception>
    internal static void Load(nn.Module network, byte[] bytes, string origin)
    {
        try
        {
            using var file = Safetensors.Read(new MemoryStream(bytes));
            var state = network.state_dict();
            var faults = state.Keys.Except(file.Tensors.Keys).Select(k => $"missing {k}")
                .Concat(file.Tensors.Keys.Except(state.Keys).Select(k => $"unexpected {k}"))
                .Concat(state.Where(s => file.Tensors.TryGetValue(s.Key, out var t) && !t.shape.SequenceEqual(s.Value.shape))
                    .Select(s => $"{s.Key} is [{string.Join(",", file.Tensors[s.Key].shape)}], expected [{string.Join(",", s.Value.shape)}]")).ToArray();
            if (faults.Length > 0)
                throw new FormatException($"The weights in {origin} are of another network: {string.Join("; ", faults)}.");
            using var _ = no_grad();
            foreach (var (name, tensor) in state)
                tensor.copy_(file.Tensors[name]);
        }
        catch (InvalidDataException e)
        {
            throw new FormatException($"The weights in {origin} are damaged: {e.Message}", e);
        }
    }
}
