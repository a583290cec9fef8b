using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp;

/// <summary>A loss of two tensors and the way it is reduced over its elements.</summary>
public abstract class Loss<T1, T2, TResult> : nn.Module<T1, T2, TResult>
{
    public Loss(Reduction reduction = Reduction.Mean) : base("Loss") => this.reduction = reduction;

    public Reduction reduction { get; }
}

/// <summary>A loss of two tensors with a weight per class or element.</summary>
public abstract class WeightedLoss<T1, T2, TResult> : Loss<T1, T2, TResult>
{
    public WeightedLoss(Tensor weight = null, Reduction reduction = Reduction.Mean) : base(reduction) => this.weight = weight;

    public Tensor weight { get; }
}

/// <summary>A loss of three tensors and the way it is reduced over its elements.</summary>
public abstract class Loss<T1, T2, T3, TResult> : nn.Module<T1, T2, T3, TResult>
{
    public Loss(Reduction reduction = Reduction.Mean) : base("Loss") => this.reduction = reduction;

    public Reduction reduction { get; }
}

/// <summary>A loss of three tensors with a weight per class or element.</summary>
public abstract class WeightedLoss<T1, T2, T3, TResult> : Loss<T1, T2, T3, TResult>
{
    public WeightedLoss(Tensor weight = null, Reduction reduction = Reduction.Mean) : base(reduction) => this.weight = weight;

    public Tensor weight { get; }
}

/// <summary>A loss of four tensors and the way it is reduced over its elements.</summary>
public abstract class Loss<T1, T2, T3, T4, TResult> : nn.Module<T1, T2, T3, T4, TResult>
{
    public Loss(Reduction reduction = Reduction.Mean) : base("Loss") => this.reduction = reduction;

    public Reduction reduction { get; }
}

/// <summary>A loss of four tensors with a weight per class or element.</summary>
public abstract class WeightedLoss<T1, T2, T3, T4, TResult> : Loss<T1, T2, T3, T4, TResult>
{
    public WeightedLoss(Tensor weight = null, Reduction reduction = Reduction.Mean) : base(reduction) => this.weight = weight;

    public Tensor weight { get; }
}
