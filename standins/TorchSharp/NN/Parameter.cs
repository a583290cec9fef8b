using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>
    /// A tensor that a module learns. It takes over the native tensor of <c>data</c>, which must not be used afterwards.
    /// </summary>
    public class Parameter(Tensor data, bool requires_grad = true) : Tensor(TakeOver(data, requires_grad))
    {
        private static IntPtr TakeOver(Tensor data, bool requiresGrad)
        {
            data.requires_grad = requiresGrad;
            data.DetachFromDisposeScope();
            return data.DecoupleFromNativeHandle();
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Parameter Parameter(Tensor data, bool requires_grad = true) => new(data, requires_grad);
        }
    }
}
