using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>Pads the last two dimensions with zeros.</summary>
    public sealed class ZeroPad2d : nn.Module<Tensor, Tensor>
    {
        private readonly long[] _padding;

        internal ZeroPad2d(params long[] padding) : base(nameof(ZeroPad2d)) => _padding = padding;

        public override Tensor forward(Tensor tensor) => nn.functional.pad(tensor, _padding);
    }

    /// <summary>Pads the last two dimensions with a value.</summary>
    public sealed class ConstantPad2d : nn.Module<Tensor, Tensor>
    {
        private readonly double _value;
        private readonly long[] _padding;

        internal ConstantPad2d(double value, params long[] padding) : base(nameof(ConstantPad2d)) => (_value, _padding) = (value, padding);

        public override Tensor forward(Tensor tensor) => nn.functional.pad(tensor, _padding, PaddingModes.Constant, _value);
    }

    /// <summary>Pads the last dimension by reflection.</summary>
    public sealed class ReflectionPad1d : nn.Module<Tensor, Tensor>
    {
        private readonly long[] _padding;

        internal ReflectionPad1d(params long[] padding) : base(nameof(ReflectionPad1d)) => _padding = padding;

        public override Tensor forward(Tensor tensor) => nn.functional.pad(tensor, _padding, PaddingModes.Reflect);
    }

    /// <summary>Pads the last two dimensions by reflection.</summary>
    public sealed class ReflectionPad2d : nn.Module<Tensor, Tensor>
    {
        private readonly long[] _padding;

        internal ReflectionPad2d(params long[] padding) : base(nameof(ReflectionPad2d)) => _padding = padding;

        public override Tensor forward(Tensor tensor) => nn.functional.pad(tensor, _padding, PaddingModes.Reflect);
    }

    /// <summary>Pads the last dimension by repeating the border.</summary>
    public sealed class ReplicationPad1d : nn.Module<Tensor, Tensor>
    {
        private readonly long[] _padding;

        internal ReplicationPad1d(params long[] padding) : base(nameof(ReplicationPad1d)) => _padding = padding;

        public override Tensor forward(Tensor tensor) => nn.functional.pad(tensor, _padding, PaddingModes.Replicate);
    }

    /// <summary>Pads the last two dimensions by repeating the border.</summary>
    public sealed class ReplicationPad2d : nn.Module<Tensor, Tensor>
    {
        private readonly long[] _padding;

        internal ReplicationPad2d(params long[] padding) : base(nameof(ReplicationPad2d)) => _padding = padding;

        public override Tensor forward(Tensor tensor) => nn.functional.pad(tensor, _padding, PaddingModes.Replicate);
    }
}

namespace TorchSharp
{
    using Modules;

    public static partial class torch
    {
        public static partial class nn
        {
            public static ZeroPad2d ZeroPad2d(long padding) => new(padding, padding, padding, padding);

            public static ZeroPad2d ZeroPad2d((long, long, long, long) padding) =>
                new(padding.Item1, padding.Item2, padding.Item3, padding.Item4);

            public static ConstantPad2d ConstantPad2d(long padding, double value) => new(value, padding, padding, padding, padding);

            public static ConstantPad2d ConstantPad2d((long, long, long, long) padding, double value) =>
                new(value, padding.Item1, padding.Item2, padding.Item3, padding.Item4);

            public static ReflectionPad1d ReflectionPad1d(long padding) => new(padding, padding);
            public static ReflectionPad1d ReflectionPad1d((long, long) padding) => new(padding.Item1, padding.Item2);
            public static ReflectionPad2d ReflectionPad2d(long padding) => new(padding, padding, padding, padding);
            public static ReflectionPad2d ReflectionPad2d((long, long, long, long) padding) =>
                new(padding.Item1, padding.Item2, padding.Item3, padding.Item4);
            public static ReplicationPad1d ReplicationPad1d(long padding) => new(padding, padding);
            public static ReplicationPad1d ReplicationPad1d((long, long) padding) => new(padding.Item1, padding.Item2);
            public static ReplicationPad2d ReplicationPad2d(long padding) => new(padding, padding, padding, padding);
            public static ReplicationPad2d ReplicationPad2d((long, long, long, long) padding) =>
                new(padding.Item1, padding.Item2, padding.Item3, padding.Item4);
        }
    }
}
