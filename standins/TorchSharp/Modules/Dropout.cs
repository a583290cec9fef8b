using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>Sets elements to 0 while training and scales the others up by 1 / (1 - p).</summary>
    public sealed class Dropout : nn.Module<Tensor, Tensor>
    {
        private readonly double _p;
        private readonly bool _inplace;

        internal Dropout(double p, bool inplace) : base(nameof(Dropout)) => (_p, _inplace) = (p, inplace);

        public override Tensor forward(Tensor tensor) => nn.functional.dropout(tensor, _p, training, _inplace);
    }

    /// <summary>Drops whole channels of [N,C,L].</summary>
    public sealed class Dropout1d : nn.Module<Tensor, Tensor>
    {
        private readonly double _p;
        private readonly bool _inplace;

        internal Dropout1d(double p, bool inplace) : base(nameof(Dropout1d)) => (_p, _inplace) = (p, inplace);

        public override Tensor forward(Tensor tensor) => nn.functional.dropout1d(tensor, _p, training, _inplace);
    }

    /// <summary>Drops whole channels of [N,C,H,W].</summary>
    public sealed class Dropout2d : nn.Module<Tensor, Tensor>
    {
        private readonly double _p;
        private readonly bool _inplace;

        internal Dropout2d(double p, bool inplace) : base(nameof(Dropout2d)) => (_p, _inplace) = (p, inplace);

        public override Tensor forward(Tensor input) => nn.functional.dropout2d(input, _p, training, _inplace);
    }

    /// <summary>Drops whole channels of [N,C,D,H,W].</summary>
    public sealed class Dropout3d : nn.Module<Tensor, Tensor>
    {
        private readonly double _p;
        private readonly bool _inplace;

        internal Dropout3d(double p, bool inplace) : base(nameof(Dropout3d)) => (_p, _inplace) = (p, inplace);

        public override Tensor forward(Tensor input) => nn.functional.dropout3d(input, _p, training, _inplace);
    }

    /// <summary>Dropout that keeps the mean and variance of a SELU network.</summary>
    public sealed class AlphaDropout : nn.Module<Tensor, Tensor>
    {
        private readonly double _p;
        private readonly bool _inplace;

        internal AlphaDropout(double p, bool inplace) : base(nameof(AlphaDropout)) => (_p, _inplace) = (p, inplace);

        public override Tensor forward(Tensor tensor) => nn.functional.alpha_dropout(tensor, _p, training, _inplace);
    }
}

namespace TorchSharp
{
    using Modules;

    public static partial class torch
    {
        public static partial class nn
        {
            public static Dropout Dropout(double p = 0.5, bool inplace = false) => new(p, inplace);
            public static Dropout1d Dropout1d(double p = 0.5, bool inplace = false) => new(p, inplace);
            public static Dropout2d Dropout2d(double p = 0.5, bool inplace = false) => new(p, inplace);
            public static Dropout3d Dropout3d(double p = 0.5, bool inplace = false) => new(p, inplace);
            public static AlphaDropout AlphaDropout(double p = 0.5, bool inplace = false) => new(p, inplace);
        }
    }
}
