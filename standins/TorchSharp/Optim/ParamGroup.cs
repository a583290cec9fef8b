using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Parameters that are optimised with the same options.</summary>
public class ParamGroup : optim.ILearningRateController
{
    public ParamGroup() { }

    public IEnumerable<Parameter> Parameters { get; set; }
    public OptimizerOptions Options { get; set; }

    public double LearningRate
    {
        get => Options.LearningRate.Value;
        set => Options.LearningRate = value;
    }

    public double InitialLearningRate
    {
        get => Options.InitialLearningRate;
        set => Options.InitialLearningRate = value;
    }
}

/// <summary>Parameters that are optimised with the same options of one optimizer.</summary>
public class ParamGroup<TOptions> : ParamGroup where TOptions : OptimizerOptions
{
    public ParamGroup() { }

    public ParamGroup(IEnumerable<Parameter> parameters, TOptions options = null)
    {
        // A lazy sequence would enumerate the module anew at every step.
        Parameters = parameters is IList<Parameter> ? parameters : parameters.ToList();
        base.Options = options;
    }

    public new TOptions Options
    {
        get => (TOptions)base.Options;
        set => base.Options = value;
    }
}

/// <summary>The options of a group; what is not set is filled in from the optimizer's defaults.</summary>
public class OptimizerOptions
{
    public OptimizerOptions() { }

    public double? LearningRate { get; set; }
    public double InitialLearningRate { get; set; }

    public virtual void LoadStateDict(OptimizerOptions source)
    {
        InitialLearningRate = source.InitialLearningRate;
        LearningRate = source.LearningRate;
    }

    public virtual void LoadStateDict(BinaryReader reader)
    {
        InitialLearningRate = reader.ReadDouble();
        LearningRate = reader.ReadDouble();
    }

    public virtual void SaveStateDict(BinaryWriter writer)
    {
        writer.Write(InitialLearningRate);
        writer.Write(LearningRate.Value);
    }
}

/// <summary>What an optimizer remembers of one parameter.</summary>
public abstract class OptimizerState
{
    protected Parameter _parameter;

    protected OptimizerState(Parameter parameter) => _parameter = parameter;

    internal Parameter Parameter => _parameter;

    public abstract void Initialize(OptimizerOptions options);
    public abstract void LoadStateDict(OptimizerState source);
    public abstract void LoadStateDict(BinaryReader reader);
    public abstract void SaveStateDict(BinaryWriter writer);

    public virtual bool ApproximatelyEquals(OptimizerState other) => false;
    public virtual void to(Device device) { }

    protected static void SaveConditionalStateTensor(BinaryWriter writer, Tensor tensor)
    {
        writer.Write(tensor is not null);
        tensor?.Save(writer);
    }

    protected static void LoadConditionalStateTensor(BinaryReader reader, ref Tensor result, Device device)
    {
        var present = reader.ReadBoolean();
        result?.Dispose();
        result = null;
        if (!present) return;
        using var loaded = TensorExtensionMethods.Load(reader);
        result = loaded.to(device).alias().DetachFromDisposeScope();
    }

    private protected Tensor NewZeros()
    {
        using var _ = no_grad();
        return zeros_like(_parameter).DetachFromDisposeScope();
    }

    private protected static void Read(BinaryReader reader, Tensor target)
    {
        using var loaded = TensorExtensionMethods.Load(reader);
        Copy(loaded, target);
    }

    private protected static void Copy(Tensor source, Tensor target)
    {
        if (!source.shape.AsSpan().SequenceEqual(target.shape))
        {
            throw new ArgumentException(
                $"Optimizer state: expected a tensor of [{string.Join(", ", target.shape)}], found [{string.Join(", ", source.shape)}]. " +
                "The state belongs to other parameters, or to the same ones in another order.");
        }

        using var _ = no_grad();
        target.copy_(source);
    }

    private protected static void Copy(Tensor source, ref Tensor target)
    {
        if (ReferenceEquals(source, target)) return;
        target?.Dispose();
        using var _ = no_grad();
        target = source?.clone().DetachFromDisposeScope();
    }

    private protected static void Move(ref Tensor tensor, Device device)
    {
        if (tensor is null || (tensor.device_type == device.type && tensor.device.index == device.index)) return;
        using var before = tensor;
        tensor = before.to(device).DetachFromDisposeScope();
    }

    private protected static bool Close(Tensor a, Tensor b)
    {
        if (a is null || b is null) return a is null && b is null;
        using var _ = NewDisposeScope();
        return a.allclose(b);
    }
}
