using MLNetWsss.Backbones;
using TorchSharp;

namespace MLNetWsss.Pipeline;

/// <summary>A network's parameters and buffers as safetensors bytes: plain numbers, nothing that could run.</summary>
internal static class Weights
{
    internal static byte[] Save(torch.nn.Module network)
    {
        using var stream = new MemoryStream();
        NetworkWeights.Write(stream, network);
        return stream.ToArray();
    }

    /// <exception cref="FormatException">The bytes are damaged, or keys or shapes differ from the network's; the message lists all of them.</exception>
    internal static void Load(torch.nn.Module network, byte[] bytes, string origin)
    {
        try
        {
            NetworkWeights.Read(new MemoryStream(bytes, writable: false), network);
        }
        catch (InvalidDataException e)
        {
            throw new FormatException($"The weights in {origin} cannot be used: {e.Message}", e);
        }
    }
}
