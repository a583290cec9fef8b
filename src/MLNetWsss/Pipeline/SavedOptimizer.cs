using MLNetWsss.Backbones;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNetWsss.Pipeline;

/// <summary>
/// What an optimizer has gathered about each parameter, as safetensors bytes. TorchSharp's own format writes contiguous tensors only, and
/// those of channels-last parameters are not; read back, they lie in memory as their parameters do.
/// </summary>
internal static class SavedOptimizer
{
    internal static byte[] Save(optim.Optimizer optimizer)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var tensors = new Dictionary<string, Tensor>();
        foreach (var (index, state) in ((OptimizerHelper)optimizer).state_dict().State.Index())
            if (state is AdamW.State moments)
            {
                tensors[$"{index}.step"] = tensor(moments.step);
                tensors[$"{index}.exp_avg"] = moments.exp_avg;
                tensors[$"{index}.exp_avg_sq"] = moments.exp_avg_sq;
            }
            else if (((SGD.State)state).momentum_buffer is { } velocity)
                tensors[$"{index}.momentum_buffer"] = velocity;
        using var stream = new MemoryStream();
        Safetensors.Write(stream, tensors);
        return stream.ToArray();
    }

    /// <exception cref="FormatException">The bytes are damaged, or are of an optimizer of another kind or of other parameters.</exception>
    internal static void Load(optim.Optimizer optimizer, byte[] bytes, string origin)
    {
        try
        {
            using var saved = Safetensors.Read(new MemoryStream(bytes, writable: false));
            using var _ = no_grad();
            var states = ((OptimizerHelper)optimizer).state_dict().State;
            foreach (var (index, (state, parameter)) in states.Zip(optimizer.parameters()).Index())
                if (state is AdamW.State moments)
                {
                    moments.step = Find($"{index}.step", []).item<long>();
                    moments.exp_avg.copy_(Find($"{index}.exp_avg", parameter.shape));
                    moments.exp_avg_sq.copy_(Find($"{index}.exp_avg_sq", parameter.shape));
                }
                // A parameter that has never had a gradient has no velocity either.
                else if (saved.Tensors.ContainsKey($"{index}.momentum_buffer"))
                {
                    var velocity = zeros_like(parameter).DetachFromDisposeScope();
                    velocity.copy_(Find($"{index}.momentum_buffer", parameter.shape));
                    ((SGD.State)state).momentum_buffer?.Dispose();
                    ((SGD.State)state).momentum_buffer = velocity;
                }

            Tensor Find(string key, long[] shape) =>
                !saved.Tensors.TryGetValue(key, out var found) ? throw new InvalidDataException($"'{key}' is missing.")
                : found.shape.SequenceEqual(shape) ? found
                : throw new InvalidDataException($"'{key}' has the shape [{string.Join(",", found.shape)}], not [{string.Join(",", shape)}].");
        }
        catch (InvalidDataException e)
        {
            throw new FormatException($"The optimizer's state in {origin} cannot be used: {e.Message} Delete the checkpoint to begin anew.", e);
        }
    }
}
